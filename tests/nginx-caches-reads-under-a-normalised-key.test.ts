import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { newQuestion, port, request, untilCached, untilQuestionsAreKept } from './support/stack.ts';

/** Counts that no other test uses, so that the first read is a MISS. */
let nextCount = 301;
const freshPath = () => `/products?page=1&count=${nextCount++}`;
const cacheOf = async (path: string, options = {}) => (await request(path, options)).headers['x-cache'];

it('the second reader gets the response of the first, with another request id', async () => {
  const path = freshPath();
  const first = await request(path);
  const second = await request(path);
  expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
  expect(second.text).toBe(first.text);
  expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
});

it.each([
  ['another order of parameters', (path: string) => path.replace(/\?(.*)&(.*)/, '?$2&$1')],
  ['unknown parameters', (path: string) => `${path}&colour=red&PAGE=7&_=1`],
  ['a trailing slash', (path: string) => path.replace('?', '/?')],
  ['no page', (path: string) => path.replace('page=1&', '')],
  ['page=undefined', (path: string) => path.replace('page=1', 'page=undefined')],
  ['empty parameters', (path: string) => path.replace('?', '?&&')],
])('a path with %s has the same cache key', async (_name, vary) => {
  const path = freshPath();
  const { text } = await request(path);
  const again = await request(vary(path));
  expect([again.headers['x-cache'], again.text]).toEqual(['HIT', text]);
});

it('GET and HEAD share a cache entry', async () => {
  const path = freshPath();
  expect(await cacheOf(path, { method: 'HEAD' })).toBe('MISS');
  expect(await cacheOf(path)).toBe('HIT');
  expect(await cacheOf(path, { method: 'HEAD' })).toBe('HIT');
});

it('no URL can poison the cache entry of another', async () => {
  const poisons = [
    (count: number) => `/products?COUNT=3&count=${count}`,
    (count: number) => `/products?c%6funt=3&Count=${count}`,
    (count: number) => `/products?count=${count}%30`,
    (count: number) => `/products?count=3&count=${count}`,
    (count: number) => `/products?page=1%26count=3&count=${count}`,
    (count: number) => `/products?count=${count}#&count=3`,
  ];
  for (const poison of poisons) {
    const count = nextCount++;
    await request(poison(count));
    const { json } = await request(`/products?page=1&count=${count}`);
    expect(json).toHaveLength(count);
  }
  await request('/products/1%2Fstyles');
  await request('/products/1/styles%3Fx');
  expect((await request('/products/1')).json.id).toBe(1);
  expect((await request('/products/1/styles')).json.product_id).toBe('1');
});

it.each([
  ['a body', { body: '{"page":2}' }],
  ['an Authorization header', { headers: { Authorization: 'Bearer x' } }],
  ['another host', { headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' } }],
  ['an X-Generation header', { headers: { 'X-Generation': '1', 'X-Accel-Expires': '9' } }],
  ['a range', { headers: { Range: 'bytes=0-1' } }],
])('a read with %s gets the usual response', async (_name, options) => {
  for (const path of [freshPath(), `/qa/questions?product_id=1&count=${nextCount++}`]) {
    const odd = await request(path, options);
    const next = await request(path);
    const plain = await request(`${path}&uncached=%20`);
    expect(plain.headers['x-cache']).toBe('BYPASS');
    expect([odd.status, odd.text]).toEqual([200, plain.text]);
    expect([next.status, next.text]).toEqual([200, plain.text]);
  }
});

it('never keeps an error', async () => {
  for (const path of [
    '/products/2147483647',
    '/products/x',
    '/qa/questions/2147483647/answers',
    '/nothing',
  ]) {
    await request(path);
    expect(await cacheOf(path)).toMatch(/^(MISS|BYPASS)$/);
  }
});

it('a write is never cached', async () => {
  const write = async () => await cacheOf(`/qa/questions/${await newQuestion()}/helpful`, { method: 'PUT' });
  expect([await write(), await write()]).toEqual(['BYPASS', 'BYPASS']);
});

it('questions and answers of a product stay cached during writes to another', async () => {
  await untilQuestionsAreKept();
  const question = await newQuestion(2);
  const paths = ['/qa/questions?product_id=2', `/qa/questions/${question}/answers`];
  for (const path of paths) await request(path);
  await newQuestion(3);
  for (const path of paths) expect(await cacheOf(path)).toBe('HIT');
}, 60_000);

it('a request for a cached page that fails its precondition closes no other connection', async () => {
  const path = freshPath();
  await untilCached(path);
  let closed = 0;
  const others = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('close', () => closed++));
  // The app judges the first; Nginx itself fails the other two, which have no value.
  const preconditions = [{ 'If-Match': '"x"' }, { 'If-Match': '' }, { 'If-Unmodified-Since': '' }];
  try {
    await sleep(200);
    for (const headers of preconditions as Record<string, string>[])
      expect((await request(path, { headers })).status).toBe(412);
    await sleep(1000);
    expect(closed).toBe(0);
  } finally {
    for (const socket of others) socket.destroy();
  }
});
