import { startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await service.sql(
    `update catalogue.product set summary = left(summary, -1) || ',"more":"' || repeat('x', 1024 * 1024) || '"}'
     where product_id = 6`,
  );
});
afterAll(() => service.stop());

it('a product of more than 1 MiB is read by its own route', async () => {
  const { status, json } = await service.call('/products/6');
  expect(status).toBe(200);
  expect(json.more).toHaveLength(1024 * 1024);
});

it('a page that would hold it is refused, whatever its count; the pages beside it are not', async () => {
  for (const path of ['/products?page=2', '/products?count=500']) {
    const { status, json, headers } = await service.call(path);
    expect([status, json.detail]).toEqual([400, 'count is too large: the page would be over 1 MiB.']);
    expect(headers).not.toHaveProperty('link');
  }
  expect((await service.call('/products')).json).toHaveLength(5);
});
