import { setTimeout as sleep } from 'node:timers/promises';
import {
  allServe,
  answered,
  clientWith,
  docker,
  newQuestion,
  replicas,
  request,
  sql,
} from './support/stack.ts';

/** Reads that no cache has seen, on 8 connections, all the while that something is done; those that failed. */
async function failuresDuring(action: () => Promise<void>): Promise<string[]> {
  const client = clientWith(8);
  const failures: string[] = [];
  let isOver = false;
  let page = 0;
  const readers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const path = `/products?page=${++page}&count=1`;
      const { status, text } = await client(path);
      if (status !== 200) failures.push(`${path}: ${status} ${text}`);
    }
  });
  try {
    await action();
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  return failures;
}

beforeAll(allServe, 60_000);

it('spreads reads over three replicas', async () => {
  const before = await answered();
  const client = clientWith(12);
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => client(`/products?page=${9000 + index}&count=3`)),
  );
  const after = await answered();
  for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(50);
});

it('uses a replica that comes back under another address, without a reload', async () => {
  const [first = ''] = await replicas();
  const ofNetworks = (what: string) =>
    docker('inspect', '-f', `{{range $name, $network := .NetworkSettings.Networks}}${what} {{end}}`, first);
  const [network = ''] = (await ofNetworks('{{$name}}')).split(' ');
  const address = await ofNetworks('{{$network.IPAddress}}');
  await docker('stop', first);
  // Somebody else takes the address meanwhile.
  const squatter = await docker(
    'run',
    '-d',
    '--rm',
    '--network',
    network,
    'nginx:1.30',
    'sleep',
    '120',
  ).finally(() => docker('start', first));
  try {
    expect(await ofNetworks('{{$network.IPAddress}}')).not.toBe(address);
    expect(await failuresDuring(allServe)).toEqual([]);
  } finally {
    await docker('kill', squatter);
  }
}, 90_000);

it('executes no write twice, even one that a frozen replica holds', async () => {
  const question = await newQuestion();
  const [, victim = ''] = await replicas();
  const statuses: number[] = [];
  await docker('pause', victim);
  try {
    const votes = Array.from({ length: 30 }, async () => {
      const { status } = await request(`/qa/questions/${question}/helpful`, { method: 'PUT' });
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
