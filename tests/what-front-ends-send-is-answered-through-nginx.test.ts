import {
  conditionalReads,
  type FrontEndRequest,
  frontEndReads,
  frontEndWrites,
  preflightNames,
} from '../app/testing/traffic/front-end-requests.ts';
import { clientWith, newAnswer, newQuestion, request, untilCached } from './support/stack.ts';

const named = (all: readonly FrontEndRequest[]) =>
  all.map(one => [one.method ?? 'GET', one.path, one] as const);

it.each(named(frontEndReads))(
  '%s %s gets its status from the app and from the cache',
  async (_method, path, read) => {
    const { status, shows = {}, ...call } = read;
    for (let time = 0; time < 3; time++) {
      const response = await request(path, call);
      expect(response.status).toBe(status);
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['content-type']).toMatch(
        status === 200 ? /^application\/json/ : /^application\/problem\+json/,
      );
      expect(response.json).toMatchObject(shows);
    }
  },
);

it('writes of front-ends get their statuses', async () => {
  const question = await newQuestion();
  const { json: answer } = await newAnswer(question);
  for (const [, , { status, path, ...call }] of named(frontEndWrites(question, answer.answer_id))) {
    const response = await request(path, call);
    expect([path, response.status]).toEqual([path, status]);
    expect(response.headers['access-control-allow-origin']).toBe('*');
  }
});

it.each(preflightNames)('a preflight for the headers %s gets 204', async names => {
  const { status, headers } = await request('/qa/questions', {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://shop.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': names,
    },
  });
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT',
    'access-control-allow-headers': names,
  });
});

it.each([
  ['501', '500'],
  ['10000000000', '500'],
  ['00042', '42'],
])('a count of %s shares the cache entry of %s', async (count, applied) => {
  await untilCached(`/products?page=2&count=${applied}`);
  const { headers, json } = await request(`/products?page=2&count=${count}`);
  expect(headers['x-cache']).toBe('HIT');
  expect(json).toEqual((await request(`/products?page=2&count=${applied}`)).json);
});

it('a count of 000 is a count of 0', async () => {
  expect((await request('/products?page=2&count=000')).json).toEqual([]);
});

describe('preconditions of a read', () => {
  const client = clientWith(1); // a connection left in a wrong state fails the next request
  const statusOf = async (path: string, headers: Record<string, string>, method = 'GET') =>
    (await client(path, { method, headers })).status;

  it.each(['GET', 'HEAD'])('follow RFC 9110 for a cached page: %s', async method => {
    await untilCached('/products/2');
    const { etag = '' } = (await request('/products/2')).headers;
    for (const { headers, status } of conditionalReads(etag))
      expect([headers, await statusOf('/products/2', headers, method)]).toEqual([headers, status]);
  });

  it.each(['GET', 'HEAD'])(
    'follow RFC 9110 for an uncached page: %s',
    async method => {
      for (let page = Math.ceil(Math.random() * 1e8), last = page + 400; page < last; page++) {
        const path = `/products?page=${page}&count=1`;
        const { etag = '' } = (await request(`${path}&uncached=%20`)).headers;
        const { headers, status } = [...conditionalReads(etag)][last - page - 1] ?? {};
        if (headers) expect([headers, await statusOf(path, headers, method)]).toEqual([headers, status]);
      }
    },
    60_000,
  );

  it('use the new ETag after a write', async () => {
    const path = `/qa/questions/${await newQuestion()}/answers`;
    await untilCached(path);
    const { etag = '' } = (await request(path)).headers;
    await newAnswer(Number(path.split('/')[3]));
    expect((await request(path, { headers: { 'If-None-Match': etag } })).status).toBe(200);
    const next = (await request(path)).headers.etag ?? '';
    for (const { headers: conditions, status } of conditionalReads(next))
      expect([conditions, (await client(path, { headers: conditions })).status]).toEqual([
        conditions,
        status,
      ]);
  }, 60_000);
});
