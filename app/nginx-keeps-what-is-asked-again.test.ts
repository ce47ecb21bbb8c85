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

it('every answer, when it is quiet', async () => {
  for (const page of pages(1, 100)) expect(await isKept(page)).toBe(true);
});

it('in a rush only what is asked for once more', async () => {
  const rush = pages(1000, 200);
  const kept = await Promise.all(rush.map(isKept));
  expect(kept.filter(Boolean).length).toBeLessThan(200);
  expect(await Promise.all(rush.map(isKept))).not.toContain(false);
});
