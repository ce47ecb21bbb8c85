import { setTimeout as sleep } from 'node:timers/promises';
import {
  allServe,
  clientWith,
  docker,
  newQuestion,
  replicas,
  request,
  servedRequests,
  sql,
} from './support/stack.ts';

/** Sends uncached reads on 8 connections during an action, and returns those that failed. */
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

it('reads are spread over three replicas', async () => {
  const before = await servedRequests();
  const client = clientWith(12);
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => client(`/products?page=${9000 + index}&count=3`)),
  );
  const after = await servedRequests();
  for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(50);
});

it('a replica that comes back under another address is used without a reload', async () => {
  const [first = ''] = await replicas();
  const ofNetworks = (what: string) =>
    docker('inspect', '-f', `{{range $name, $network := .NetworkSettings.Networks}}${what} {{end}}`, first);
  const [network = ''] = (await ofNetworks('{{$name}}')).split(' ');
  const address = await ofNetworks('{{$network.IPAddress}}');
  await docker('stop', first);
  // Another container takes the address.
  const other = await docker('run', '-d', '--rm', '--network', network, 'nginx:1.30', 'sleep', '120').finally(
    () => docker('start', first),
  );
  try {
    expect(await ofNetworks('{{$network.IPAddress}}')).not.toBe(address);
    expect(await failuresDuring(allServe)).toEqual([]);
  } finally {
    await docker('kill', other);
  }
}, 90_000);

it('no write counts twice, even in flight at a frozen replica', async () => {
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
  await sleep(2000); // The replica finishes its requests in flight.
  const counted = Number(await sql(`select helpful from qa.question where question_id = ${question}`));
  const confirmed = statuses.filter(status => status === 204).length;
  expect(statuses.every(status => status === 204 || status === 503)).toBe(true);
  expect(confirmed).toBeLessThan(30); // some requests reached the frozen replica
  expect(counted).toBeGreaterThanOrEqual(confirmed);
  expect(counted).toBeLessThanOrEqual(30);
});
