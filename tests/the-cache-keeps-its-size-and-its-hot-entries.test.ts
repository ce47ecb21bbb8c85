import { setTimeout as sleep } from 'node:timers/promises';
import { restartOne } from 'docker-compose';
import { withBystander } from './support/bystander.ts';
import { answersOf, removeLargePages, writeLargePages } from './support/large-pages.ts';
import { cacheSize_MiB, emptyCache } from './support/nginx-cache.ts';
import { clientWith, request, stack, untilCached } from './support/stack.ts';

// Nginx counts the entries of before a restart only a minute after it.
beforeAll(emptyCache, 30_000);
afterAll(emptyCache, 30_000);

describe('with pages as large as visitors can make them,', () => {
  beforeAll(writeLargePages, 60_000);
  afterAll(removeLargePages);

  it('200 MiB of pages that are read once take what first-seen keys may take', async () => {
    const client = clientWith(2);
    const pages = Array.from(
      { length: 240 },
      (_, index) => `${answersOf(index % 30)}count=${81 - Math.floor(index / 30)}`,
    );
    const size_MiB = await cacheSize_MiB();
    const started_ms = performance.now();
    const reading = [1, 2].map(async () => {
      for (let path = pages.pop(); path; path = pages.pop()) expect((await client(path)).status).toBe(200);
    });
    await Promise.all(reading);
    // Of three replicas, 50 blocks of 16 KiB of text per second, and 100 at once.
    const allowed_MiB = (3 * (100 + (50 * (performance.now() - started_ms)) / 1000) * 16) / 1024;
    expect((await cacheSize_MiB()) - size_MiB).toBeLessThan(allowed_MiB + 8); // a key in 256 counts as seen
  }, 60_000);

  it('200 MiB of cached pages leave the cache within 128 MiB, with its hot entries', async () => {
    const hot = Array.from({ length: 20 }, (_, index) => `/products/${index + 1}/styles`);
    for (const path of hot) await untilCached(path);
    const pages = Array.from(
      { length: 240 },
      (_, index) => `${answersOf(index % 30)}count=${89 - Math.floor(index / 30)}`,
    );
    let largest_MiB = 0;
    await withBystander(async () => {
      const reading = Array.from({ length: 4 }, async () => {
        for (let path = pages.pop(); path; path = pages.pop()) await untilCached(path);
      });
      const isDone = Promise.all(reading).then(() => true);
      while (!(await Promise.race([isDone, sleep(1000, false)]))) {
        for (const path of hot) await request(path);
        largest_MiB = Math.max(largest_MiB, await cacheSize_MiB());
      }
    });
    // Otherwise the test never reached the limit, CACHE_ANSWERS of the stack. How far beyond, the second of the sample decides.
    expect(largest_MiB).toBeGreaterThan(120);
    await sleep(10_000); // The cache manager runs at least every 10 s.
    for (const path of hot) expect((await request(path)).headers['x-cache']).toBe('HIT');
    expect(await cacheSize_MiB()).toBeLessThanOrEqual(128);
  }, 60_000);
});

it('100,000 different queries leave the cache within 128 MiB, with its hot entries', async () => {
  const hot = Array.from({ length: 200 }, (_, index) => `/products/${index + 1}`);
  const client = clientWith(64);
  for (const path of [...hot, ...hot, ...hot]) await client(path);
  await withBystander(async () => {
    const statuses = new Set<number>();
    let number = 0;
    const reading = Array.from({ length: 64 }, async () => {
      while (number < 100_000) {
        const page = 1 + Math.floor(number / 1000);
        const path = `/qa/questions?product_id=${1 + (number++ % 1000)}&count=1&page=${page}`;
        const { status } = await client(path);
        statuses.add(status);
      }
    });
    // A minute after a restart, Nginx takes all entries for read just now.
    for (const reads = Promise.all(reading); !(await Promise.race([reads, sleep(1000, false)])); )
      for (const path of hot) await client(path);
    expect(statuses).toEqual(new Set([200]));
  });
  for (const path of hot) expect((await client(path)).headers['x-cache']).toBe('HIT');
  expect(await cacheSize_MiB()).toBeLessThanOrEqual(128);
}, 120_000);

it('a restart of Nginx leaves the catalogue cached, and fetches questions anew', async () => {
  const products = Array.from({ length: 50 }, (_, index) => `/products/${index + 1}/related`);
  const questions = ['/qa/questions?product_id=1', '/qa/questions/1/answers'];
  for (const path of products) await untilCached(path);
  for (const path of questions) await request(path);
  await restartOne('nginx', stack);
  while ((await request('/health/ready').catch(() => undefined))?.status !== 200) await sleep(100);
  for (const path of products) expect((await request(path)).headers['x-cache']).toBe('HIT');
  for (const path of questions) expect((await request(path)).headers['x-cache']).toBe('MISS');
}, 60_000);
