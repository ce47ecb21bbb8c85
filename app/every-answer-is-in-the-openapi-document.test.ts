import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectDocumented } from './testing/documented.ts';
import { operations } from './testing/documented-response.ts';
import type { Call } from './testing/http.ts';
import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const seen = new Map<string, Set<number>>();
async function check(operation: string, status: number, path: string, call: Call = {}) {
  const [method = 'GET'] = operation.split(' ');
  const response = await service.call(path, { method, ...call });
  expect([operation, path.slice(0, 60), response.status]).toEqual([operation, path.slice(0, 60), status]);
  expectDocumented(operation, response);
  seen.set(operation, (seen.get(operation) ?? new Set()).add(status));
  return response;
}

it('is an OpenAPI 3.1 document', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'elier-openapi-'));
  const { text } = await check('GET /openapi.json', 200, '/openapi.json');
  writeFileSync(join(folder, 'openapi.json'), text);
  const validator = join(import.meta.dirname, '../node_modules/.bin/validate-api');
  expect(execFileSync(validator, [join(folder, 'openapi.json')], { encoding: 'utf8' })).toMatch(
    /"valid": true/,
  );
  await rm(folder, { recursive: true });
});

const reads: Record<string, { good: string[]; bad: string; missing?: string }> = {
  'GET /products': { good: ['/products?count=100', '/products?page=9'], bad: '/products?page=0' },
  'GET /products/{product_id}': {
    good: [1, 2, 3, 4, 5, 6].map(id => `/products/${id}`),
    bad: '/products/x',
    missing: '/products/7',
  },
  'GET /products/{product_id}/styles': {
    good: [1, 2, 3, 4, 5, 6].map(id => `/products/${id}/styles`),
    bad: '/products/0/styles',
    missing: '/products/7/styles',
  },
  'GET /products/{product_id}/related': {
    good: [1, 3, 5].map(id => `/products/${id}/related`),
    bad: '/products/1e3/related',
    missing: '/products/7/related',
  },
  'GET /qa/questions': {
    good: [1, 2, 7, 77].map(id => `/qa/questions?product_id=${id}`),
    bad: '/qa/questions',
  },
  'GET /qa/questions/{question_id}/answers': {
    good: [1, 3].map(id => `/qa/questions/${id}/answers`),
    bad: '/qa/questions/-1/answers',
    missing: '/qa/questions/2/answers',
  },
};

const written = { body: 'A text', name: 'A name', email: 'a@mail.example' };
const posts: Record<string, { path: string; body: object; missing: [string, object] }> = {
  'POST /qa/questions': {
    path: '/qa/questions',
    body: { ...written, product_id: 1 },
    missing: ['/qa/questions', { ...written, product_id: 7 }],
  },
  'POST /qa/questions/{question_id}/answers': {
    path: '/qa/questions/1/answers',
    body: { ...written, photos: ['https://images.example/1'] },
    missing: ['/qa/questions/2/answers', written],
  },
};

const puts = ['questions/{question_id}', 'answers/{answer_id}'].flatMap(thing =>
  ['helpful', 'report'].map(change => `/qa/${thing}/${change}`),
);

// First, while nothing is in the cache.
it('answers 503 everywhere while the database is away', async () => {
  const { database } = service.database.owner;
  await service.sql(`alter database ${database} connection limit 0`);
  await service.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = $2',
    [database, 'elier_app'],
  );
  for (const [operation, { good }] of Object.entries(reads)) await check(operation, 503, good[0] ?? '');
  for (const [operation, { path, body }] of Object.entries(posts))
    await check(operation, 503, path, { body });
  for (const template of puts) await check(`PUT ${template}`, 503, template.replace(/{.*}/, '6'));
  await check('GET /health/ready', 503, '/health/ready');
  await check('GET /health/live', 200, '/health/live');
  await service.sql(`alter database ${database} connection limit -1`);
  await check('GET /health/ready', 200, '/health/ready');
});

describe.each(Object.entries(reads))('%s', (operation, { good, bad, missing }) => {
  const [first = ''] = good;
  it('answers', async () => {
    for (const path of good) {
      const { headers } = await check(operation, 200, path);
      await check(operation, 304, path, { headers: { 'If-None-Match': headers.etag ?? '' } });
    }
  });

  it('refuses', async () => {
    await check(operation, 400, bad);
    if (missing) await check(operation, 404, missing);
    await check(operation, 405, first, { method: 'DELETE' });
    await check(operation, 412, first, { headers: { 'If-Match': '"another"' } });
    await check(operation, 413, first, { body: 'x'.repeat(66_000) });
    await check(operation, 414, `${first}${first.includes('?') ? '&' : '?'}x=${'x'.repeat(8192)}`);
    await check(operation, 431, first, { headers: { 'X-Large': 'x'.repeat(8192) } });
  });
});

describe.each(Object.entries(posts))('%s', (operation, { path, body, missing }) => {
  it('answers', async () => void (await check(operation, 201, path, { body })));

  it('refuses', async () => {
    await check(operation, 400, path, { body: '{' });
    await check(operation, 404, missing[0], { body: missing[1] });
    await check(operation, 405, path, { method: 'PATCH' });
    await check(operation, 413, path, { body: { ...body, more: 'x'.repeat(66_000) } });
    await check(operation, 414, `${path}?x=${'x'.repeat(8192)}`, { body });
    await check(operation, 415, path, {
      body: 'a=1',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    await check(operation, 422, path, { body: {} });
    await check(operation, 431, path, { body, headers: { 'X-Large': 'x'.repeat(8192) } });
  });
});

describe.each(puts)('PUT %s', template => {
  const operation = `PUT ${template}`;
  const path = (id: unknown) => template.replace(/{.*}/, String(id));

  it('answers, once for an Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'six' };
    await check('PUT /qa/questions/{question_id}/report', 204, '/qa/questions/9/report', { headers });
    await check(operation, 204, path(6));
    await check(operation, 422, path(6), { headers });
  });

  it('refuses', async () => {
    await check(operation, 400, path('six'));
    await check(operation, 404, path(999));
    await check(operation, 405, path(6), { method: 'POST' });
    await check(operation, 413, path(6), { body: 'x'.repeat(66_000) });
    await check(operation, 414, `${path(6)}?x=${'x'.repeat(8192)}`);
    await check(operation, 431, path(6), { headers: { 'X-Large': 'x'.repeat(8192) } });
  });
});

it.each(['/health/live', '/health/ready', '/openapi.json'])('GET %s answers and refuses', async path => {
  const operation = `GET ${path}`;
  await check(operation, 200, path);
  await check(operation, 405, path, { method: 'DELETE' });
  await check(operation, 413, path, { body: 'x'.repeat(66_000) });
  await check(operation, 414, `${path}?x=${'x'.repeat(8192)}`);
  await check(operation, 431, path, { headers: { 'X-Large': 'x'.repeat(8192) } });
});

it('answers 304 and 412 for the document', async () => {
  const { headers } = await check('GET /openapi.json', 200, '/openapi.json');
  await check('GET /openapi.json', 304, '/openapi.json', {
    headers: { 'If-None-Match': headers.etag ?? '' },
  });
  await check('GET /openapi.json', 412, '/openapi.json', { headers: { 'If-Match': headers.etag ?? '' } });
});

it('has now been seen with every status but 421 and 429, which are Nginx’s, and 500', () => {
  const never = [...operations].map(([operation, statuses]) => [
    operation,
    statuses.filter(status => ![421, 429, 500].includes(status) && !seen.get(operation)?.has(status)),
  ]);
  // A list always exists: its 404 is the unknown route's. What is always there has a 400 for what is not HTTP, and a
  // 503 of Nginx.
  expect(never.filter(([, statuses]) => statuses?.length)).toEqual([
    ['GET /products', [404]],
    ['GET /qa/questions', [404]],
    ['GET /health/live', [400, 503]],
    ['GET /health/ready', [400]],
    ['GET /openapi.json', [400, 503]],
  ]);
});
