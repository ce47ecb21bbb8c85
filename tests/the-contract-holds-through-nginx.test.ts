import { connect } from 'node:net';
import { expectDocumented } from '../app/testing/documented.ts';
import type { Call } from '../app/testing/http.ts';
import { newAnswer, newQuestion, port, request } from './support/stack.ts';

async function check(operation: string, status: number, path: string, options: Call = {}) {
  const [method = 'GET'] = operation.split(' ');
  const response = await request(path, { method, ...options });
  expect([operation, path.slice(0, 60), response.status]).toEqual([operation, path.slice(0, 60), status]);
  expectDocumented(operation, response);
  expect(response.headers['x-cache']).toMatch(/^(HIT|MISS|BYPASS)$/);
  expect(response.headers['access-control-allow-origin']).toBe('*');
  expect(response.headers['x-changed']).toBeUndefined();
  expect(response.headers['x-accel-expires']).toBeUndefined();
  expect(response.headers.server ?? 'nginx').toBe('nginx');
  expect(response.headers['x-content-type-options']).toBe('nosniff');
  expect(response.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  return response;
}

const reads = {
  'GET /products': '/products',
  'GET /products/{product_id}': '/products/1',
  'GET /products/{product_id}/styles': '/products/1/styles',
  'GET /products/{product_id}/related': '/products/1/related',
  'GET /qa/questions': '/qa/questions?product_id=1',
};

describe.each(Object.entries(reads))('%s', (operation, path) => {
  it('returns 200, with and without a trailing slash, and 304', async () => {
    const [route, query = ''] = path.split('?');
    const { headers, text } = await check(operation, 200, path);
    expect((await check(operation, 200, `${route}/?${query}`)).text).toBe(text);
    await check(operation, 304, path, { headers: { 'If-None-Match': headers.etag ?? '' } });
  });

  it('returns no body for HEAD', async () => {
    const { status, text, headers } = await request(path, { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is compressed for clients that accept gzip', async () => {
    const { headers } = await request(path, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(headers.vary).toBe('Accept-Encoding');
    const plain = await request(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(headers['content-encoding']).toBe(plain.text.length > 512 ? 'gzip' : undefined);
  });

  it('refuses other methods, long URLs, large headers and failed preconditions', async () => {
    const and = path.includes('?') ? '&' : '?';
    await check(operation, 405, path, { method: 'DELETE' });
    await check(operation, 414, `${path}${and}x=${'x'.repeat(9000)}`);
    await check(operation, 414, `${path}${and}x=${'x'.repeat(100_000)}`);
    await check(operation, 431, path, { headers: { 'X-Large': 'x'.repeat(9000) } });
    const many = Object.fromEntries(['A', 'B', 'C'].map(name => [`X-${name}`, 'x'.repeat(6000)]));
    await check(operation, 431, path, { headers: many });
    await check(operation, 200, path, { headers: { Cookie: 'x'.repeat(8000), 'X-More': 'x'.repeat(7000) } });
    await check(operation, 200, `${path}${and}x=${'x'.repeat(7800)}`);
    await check(operation, 412, path, { headers: { 'If-Match': '"another"' } });
  });
});

it('writes, votes and reports return their documented statuses', async () => {
  const question = await newQuestion();
  const answer = await newAnswer(question, { photos: ['https://images.example/1'] });
  expectDocumented('POST /qa/questions/{question_id}/answers', answer);
  expect(answer.headers.location).toBe(`/qa/questions/${question}/answers`);
  const path = `/qa/questions/${question}`;
  const operation = '/qa/questions/{question_id}';
  await check(`GET ${operation}/answers`, 200, `${path}/answers?page=undefined&count=`);
  await check(`PUT ${operation}/helpful`, 204, `${path}/helpful`, { body: '{"junk' });
  await check('PUT /qa/answers/{answer_id}/helpful', 204, `/qa/answers/${answer.json.answer_id}/helpful/`);
  await check('PUT /qa/answers/{answer_id}/report', 204, `/qa/answers/${answer.json.answer_id}/report`);
  expect((await request(`${path}/answers`)).json.results).toEqual([]);
  await check(`PUT ${operation}/report`, 204, `${path}/report`);
  await check(`PUT ${operation}/report`, 204, `${path}/report`);
  await check(`GET ${operation}/answers`, 404, `${path}/answers`);
  await check(`PUT ${operation}/helpful`, 404, `${path}/helpful`);
});

it('bad bodies get their documented statuses', async () => {
  const operation = 'POST /qa/questions';
  const post = (status: number, body: unknown, headers = {}) =>
    check(operation, status, '/qa/questions', { body, headers });
  const good = { body: 'b', name: 'n', email: 'e@mail.example', product_id: 1 };
  await post(400, '{');
  for (const body of [
    '[]',
    'null',
    '{}',
    { ...good, body: 1 },
    { ...good, body: 'a\0b' },
    { ...good, name: 'x'.repeat(2000) },
  ]) {
    await post(422, body);
  }
  await post(413, { ...good, more: 'x'.repeat(66_000) });
  await post(415, good, { 'Content-Type': 'text/plain' });
  await post(404, { ...good, product_id: 2_147_483_647 });
  await check('PUT /qa/questions/{question_id}/helpful', 413, '/qa/questions/1/helpful', {
    body: 'x'.repeat(66_000),
  });
});

const badIds = ['x', '0', '-1', '2147483648', '1e3', '1%20or%201=1', '%00', '%zz', '+1', '1.0'];
const badCounts = ['x', '-1', '1e3', '%00', '+1', '1.0', '%201', '1%30x'];
const badPaths = badIds.flatMap(id => [
  `/products/${id}`,
  `/products/${id}/styles`,
  `/products/${id}/related`,
  `/products?page=${id}`,
  `/qa/questions?product_id=${id}`,
  `/qa/questions/${id}/answers`,
  `/qa/questions/1/answers?page=${id}`,
]);

it.each([
  ...badPaths,
  ...badCounts.flatMap(count => [`/products?count=${count}`, `/qa/questions?product_id=1&count=${count}`]),
  '/products?page=1&page=1',
  '/qa/questions',
  '/products/1%2Fstyles',
])('GET %s gets a 400 problem', async path => {
  const { status, headers, json } = await request(path);
  expect([status, headers['content-type'], json.status]).toEqual([
    400,
    expect.stringMatching('^application/problem.json'),
    400,
  ]);
  expect(headers['x-request-id']).toMatch(/^[0-9]+-[0-9]+-[0-9]+-[0-9]+\.[0-9]{3}$/);
  expect(headers['x-cache']).toMatch(/^(BYPASS|MISS)$/);
});

it.each(badIds)('votes for and reports of id %s get 400', async id => {
  for (const path of [
    `questions/${id}/helpful`,
    `questions/${id}/report`,
    `answers/${id}/helpful`,
    `answers/${id}/report`,
  ]) {
    const { status, json } = await request(`/qa/${path}`, { method: 'PUT' });
    expect([path, status, json.status]).toEqual([path, 400, 400]);
  }
});

it.each([
  '/',
  '/nothing',
  '/Products',
  '/products/1/reviews',
  '/metrics',
  '/metrics/',
  '/metrics?x=1',
  '/%6detrics',
])('%s is a 404 problem', async path => {
  const { status, headers } = await request(path);
  expect([status, headers['content-type']]).toEqual([
    404,
    expect.stringMatching('^application/problem.json'),
  ]);
});

it('health checks are never served from the cache', async () => {
  for (const name of ['live', 'ready']) {
    const { headers } = await check(`GET /health/${name}`, 200, `/health/${name}`);
    expect([headers['x-cache'], headers['cache-control']]).toEqual(['BYPASS', 'no-store']);
  }
});

it('a preflight gets 204 and the allowed methods', async () => {
  const { status, headers } = await request('/qa/questions', {
    method: 'OPTIONS',
    headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
  });
  expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, POST, PUT']);
});

it('bytes that are not HTTP get a 400 problem', async () => {
  const received = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'));
    socket.on('data', data => {
      text += data;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
  expect(received).toMatch(/^content-type: application\/problem\+json/im);
  expect(received).toMatch(/^x-request-id: /im);
  expect(received).toContain('"status":400');
});

it('writes above the rate limit get 429, and reads go on', async () => {
  const writes = await Promise.all(
    Array.from({ length: 400 }, () => request('/qa/questions/2147483647/helpful', { method: 'PUT' })),
  );
  const tooMany = writes.filter(({ status }) => status === 429);
  expect(tooMany.length).toBeGreaterThan(50);
  expect(new Set(writes.map(({ status }) => status))).toEqual(new Set([404, 429]));
  for (const response of tooMany.slice(0, 5))
    expectDocumented('PUT /qa/questions/{question_id}/helpful', response);
  await check('GET /products', 200, '/products');
  await new Promise(resolve => setTimeout(resolve, 5000)); // The write limit recovers.
});

it('the stack still serves after thousands of bad requests', async () => {
  for (let round = 0; round < 30; round += 1) {
    const responses = await Promise.all(badPaths.map(path => request(path)));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([400]));
  }
  await check('GET /products', 200, '/products');
  await check('GET /health/ready', 200, '/health/ready');
});
