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

it('every answer, when it is quiet', async () => {
  for (const page of pages(1, 100)) expect(await isKept(page)).toBe(true);
});

it('in a rush only what is asked for once more', async () => {
  const rush = pages(1000, 50);
  await service.sql('begin');
  await service.sql('lock table catalogue.product'); // so that all are under way at once
  const asked = Promise.all(rush.map(isKept));
  await sleep(500);
  await service.sql('rollback');
  expect((await asked).filter(Boolean)).toHaveLength(5);
  expect(await Promise.all(rush.map(isKept))).not.toContain(false);
});
