import { allServe, docker, replicas, request, untilCached } from './support/stack.ts';

const cachedPage = '/products?page=76&count=3';
let names: string[] = [];
beforeAll(async () => {
  names = await replicas();
  await untilCached(cachedPage);
  await docker('stop', ...names);
}, 60_000);

afterAll(async () => {
  await docker('start', ...names);
  await allServe();
}, 60_000);

const body = { product_id: 1, body: 'Is anyone there?', name: 'Tester', email: 'tester@mail.example' };

it.each([
  ['GET', '/products?page=777&count=3', undefined],
  ['GET', '/qa/questions?product_id=777', undefined],
  ['GET', '/nothing/here', undefined],
  ['HEAD', '/products?page=778&count=3', undefined],
  ['OPTIONS', '/products/3', undefined],
  ['PUT', '/qa/questions/1/helpful', undefined],
  ['POST', '/qa/questions', body],
])('without any replica %s %s gets a 503 problem with Retry-After', async (method, path, sent) => {
  const started_ms = performance.now();
  const response = await request(path, { method, ...(sent && { body: sent }) });
  expect(performance.now() - started_ms).toBeLessThan(2000);
  expect(response.status).toBe(503);
  expect(response.headers).toMatchObject({
    'retry-after': '1',
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
  });
  if (method === 'HEAD') return;
  expect(response.json).toMatchObject({ status: 503, title: 'Service Unavailable' });
  // No replica received the write, so the client may repeat it without a key.
  expect(response.json.detail).toBe('No replica can answer now. Try again.');
});

it('without any replica cached pages are served', async () => {
  expect(await request(cachedPage)).toMatchObject({ status: 200, headers: { 'x-cache': 'HIT' } });
});
