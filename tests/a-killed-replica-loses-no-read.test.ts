import { setTimeout as sleep } from 'node:timers/promises';
import { exec } from 'docker-compose';
import { ask, clientWith, docker, newQuestion, replicas, sql, stack } from './stack.ts';

/** How many requests each replica has answered, as it says itself. */
async function answered(): Promise<number[]> {
  const script =
    "fetch('http://127.0.0.1:3000/metrics').then(r => r.text()).then(t => console.log([...t.matchAll(/^http_request_duration_seconds_count.* (\\d+)$/gm)].reduce((n, m) => n + Number(m[1]), 0)))";
  const counts = [1, 2, 3].map(async index => {
    const { out } = await exec('app', ['node', '-e', script], {
      ...stack,
      commandOptions: ['--index', String(index)],
    });
    return Number(out.trim());
  });
  return Promise.all(counts);
}

/** Reads that no cache has seen, one after the other on 8 connections, all the while that something is done. */
async function readDuring(action: () => Promise<void>) {
  const client = clientWith(8);
  const failures: string[] = [];
  let reads = 0;
  let slowest_ms = 0;
  let isOver = false;
  let page = 0;
  const readers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      page += 1;
      const path = `/products?page=${page}&count=1`;
      const started = performance.now();
      const problem = await client(path).then(
        ({ status, text }) => (status === 200 ? undefined : `${status} ${text}`),
        error => String(error),
      );
      if (problem) failures.push(`${path}: ${problem}`);
      slowest_ms = Math.max(slowest_ms, performance.now() - started);
      reads += 1;
    }
  });
  try {
    await action();
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  return { reads, failures, slowest_ms };
}

/** Waits until Nginx sends requests to all three replicas again. */
async function allServe(): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const before = await answered().catch(() => []);
    for (let read = 0; read < 30; read += 1) await ask('/health/live');
    const after = await answered().catch(() => []);
    // A replica's own count rises with each question about it, too.
    if (after.length === 3 && after.every((count, index) => count > (before[index] ?? count) + 3)) return;
    await sleep(1000);
  }
  throw new Error('Nginx does not use all replicas.');
}

// While the stack comes up, Nginx may have met a replica that did not listen yet, and passes it over for 5 s.
beforeAll(allServe);

it('spreads reads over three replicas', async () => {
  const before = await answered();
  const client = clientWith(12);
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => client(`/products?page=${9000 + index}&count=3`)),
  );
  const after = await answered();
  for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(50);
});

it.each(['kill', 'stop', 'restart'])('loses none when one is told to %s', async command => {
  const [, victim = ''] = await replicas();
  const { reads, failures, slowest_ms } = await readDuring(async () => {
    await sleep(1000);
    await docker(command, victim);
    await sleep(3000);
    if (command !== 'restart') await docker('start', victim);
    await sleep(3000);
  });
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(100);
  expect(slowest_ms).toBeLessThan(4000);
  await allServe();
});

it('uses a replica that comes back under another address, without a reload', async () => {
  const [first = ''] = await replicas();
  const ofNetworks = (what: string) =>
    docker('inspect', '-f', `{{range $name, $network := .NetworkSettings.Networks}}${what} {{end}}`, first);
  const [network = ''] = (await ofNetworks('{{$name}}')).split(' ');
  const address = await ofNetworks('{{$network.IPAddress}}');
  await docker('stop', first);
  // Somebody else takes the address meanwhile.
  const squatter = await docker('run', '-d', '--rm', '--network', network, 'nginx:1.30', 'sleep', '120');
  try {
    await docker('start', first);
    expect(await ofNetworks('{{$network.IPAddress}}')).not.toBe(address);
    const { failures } = await readDuring(allServe);
    expect(failures).toEqual([]);
  } finally {
    await docker('kill', squatter);
  }
});

it('executes no write twice, even one that a frozen replica holds', async () => {
  const question = await newQuestion();
  const [, victim = ''] = await replicas();
  const statuses: number[] = [];
  await docker('pause', victim);
  try {
    const votes = Array.from({ length: 30 }, async () => {
      const { status } = await ask(`/qa/questions/${question}/helpful`, { method: 'PUT' });
      statuses.push(status);
    });
    await Promise.all(votes);
  } finally {
    await docker('unpause', victim);
  }
  await sleep(2000); // until the replica has done what it held
  const counted = Number(await sql(`select helpful from qa.question where question_id = ${question}`));
  const answered = statuses.filter(status => status === 204).length;
  expect(statuses.every(status => status === 204 || status === 503)).toBe(true);
  expect(answered).toBeLessThan(30); // some were held, or this shows nothing
  expect(counted).toBeGreaterThanOrEqual(answered);
  expect(counted).toBeLessThanOrEqual(30);
});
