import { setTimeout as sleep } from 'node:timers/promises';
import { generationsOf, startTestService, type TestService } from './testing/service.ts';

let service: TestService;
let name: string;
beforeAll(async () => {
  service = await startTestService();
  [name] = await generationsOf(service);
});
afterAll(() => service.stop());

/** Whether Nginx may keep the response. */
const isKept = async (count: number) => {
  const headers = { 'X-Generation': name };
  const response = await service.call(`/products?count=${count}`, { headers });
  expect(response.status).toBe(200);
  return response.headers['x-accel-expires'] !== undefined;
};
const counts = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

it('Nginx caches every response while misses are few', async () => {
  for (const count of counts(1, 50)) expect(await isKept(count)).toBe(true);
});

it('Nginx caches only keys that were seen before while misses are many', async () => {
  const started_ms = performance.now();
  const burst = counts(50, 450);
  const kept = (await Promise.all(burst.map(isKept))).filter(Boolean).length;
  const seconds = (performance.now() - started_ms) / 1000;
  expect(kept).toBeLessThanOrEqual(100 + 50 * seconds + burst.length / 50); // a few share their slot with a key that was seen
  expect(await Promise.all(burst.map(isKept))).not.toContain(false);
});

it('Nginx caches some responses again later, however many missing products were read', async () => {
  await sleep(2000);
  const headers = { 'X-Generation': name };
  const unknown = counts(1_000_000, 1_000_400).map(id => service.call(`/products/${id}`, { headers }));
  for (const { status } of await Promise.all(unknown)) expect(status).toBe(404);
  for (const count of counts(450, 490)) expect(await isKept(count)).toBe(true);
});

it('Nginx caches no response of another data set than it knows, and none of an empty page', async () => {
  const keeps = async (path: string, generation: string) => {
    const { headers } = await service.call(path, { headers: { 'X-Generation': generation } });
    return headers['x-accel-expires'] !== undefined;
  };
  for (const path of ['/products/1', '/products/1/styles', '/products/1/related', '/products?count=2']) {
    expect(await keeps(path, name)).toBe(true);
    expect(await keeps(path, name.replace('.', '.1'))).toBe(false);
    expect(await keeps(path, 'unknown')).toBe(false);
  }
  expect(await keeps('/products?page=100', name)).toBe(false);
});
