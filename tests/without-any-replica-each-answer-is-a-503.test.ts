import { allServe, docker, replicas, request, untilCached } from './support/stack.ts';

/** Nobody else asks for it, so it is new in the cache. */
const kept = '/products?page=776&count=3';
let names: string[] = [];
beforeAll(async () => {
  names = await replicas();
  await untilCached(kept);
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
])('that is a problem, and says when to try again: %s %s', async (method, path, sent) => {
  const started_ms = performance.now();
  const answer = await request(path, { method, ...(sent && { body: sent }) });
  expect(performance.now() - started_ms).toBeLessThan(2000);
  expect(answer.status).toBe(503);
  expect(answer.headers).toMatchObject({
    'retry-after': '1',
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
  });
  if (method === 'HEAD') return;
  expect(answer.json).toMatchObject({ status: 503, title: 'Service Unavailable' });
  // Not a byte of a write was sent, so it certainly was not made.
  expect(answer.json.detail).toBe('No replica can answer now. Try again.');
});

it('but for what is in the cache', async () => {
  expect(await request(kept)).toMatchObject({ status: 200, headers: { 'x-cache': 'HIT' } });
});
