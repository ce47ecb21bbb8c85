import { setTimeout as sleep } from 'node:timers/promises';
import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** Whether Nginx may keep the answer. */
const isKept = async (page: number) => {
  const { status, headers } = await service.call(`/products?page=${page}&count=1`);
  expect(status).toBe(200);
  return headers['x-accel-expires'] !== undefined;
};
const pages = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

it('Nginx caches every response while misses are few', async () => {
  for (const page of pages(1, 50)) expect(await isKept(page)).toBe(true);
});

it('Nginx caches only keys that were seen before while misses are many', async () => {
  const started_ms = performance.now();
  const flood = pages(1000, 400);
  const kept = (await Promise.all(flood.map(isKept))).filter(Boolean).length;
  const seconds = (performance.now() - started_ms) / 1000;
  expect(kept).toBeLessThanOrEqual(100 + 30 * seconds);
  expect(await Promise.all(flood.map(isKept))).not.toContain(false);
});

it('Nginx caches every response again later, however many missing products were read', async () => {
  await sleep(2000);
  const unknown = pages(1_000_000, 400).map(id => service.call(`/products/${id}`));
  for (const { status } of await Promise.all(unknown)) expect(status).toBe(404);
  for (const page of pages(2000, 50)) expect(await isKept(page)).toBe(true);
});
