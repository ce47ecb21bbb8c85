import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
});
afterEach(() => service.stop());

/** Whether Nginx may keep the answer. */
const isKept = async (page: number) => {
  const { status, headers } = await service.call(`/products?page=${page}&count=1`);
  expect(status).toBe(200);
  return headers['x-accel-expires'] !== undefined;
};

it('every answer, as long as they are few', async () => {
  for (let page = 1; page <= 100; page++) expect(await isKept(page)).toBe(true);
});

it('in a flood of new ones only what is asked for once more', async () => {
  const kept: boolean[] = [];
  for (let page = 1; page <= 1000; page++) kept.push(await isKept(page));
  expect(kept.slice(0, 300)).not.toContain(false);
  expect(kept.filter(Boolean).length).toBeLessThan(500);
  const late = kept.lastIndexOf(false) + 1;
  expect(await isKept(late)).toBe(true);
});
