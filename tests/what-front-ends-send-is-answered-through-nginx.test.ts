import {
  conditionalReads,
  type FrontEndRequest,
  frontEndReads,
  frontEndWrites,
  preflightNames,
} from '../app/testing/front-end-requests.ts';
import { clientWith, newAnswer, newQuestion, request, untilCached } from './support/stack.ts';

const named = (all: readonly FrontEndRequest[]) =>
  all.map(one => [one.method ?? 'GET', one.path, one] as const);

it.each(named(frontEndReads))('%s %s, from the app and from the cache', async (_method, path, read) => {
  const { status, shows = {}, ...call } = read;
  for (let time = 0; time < 3; time++) {
    const answer = await request(path, call);
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['content-type']).toMatch(
      status === 200 ? /^application\/json/ : /^application\/problem\+json/,
    );
    expect(answer.json).toMatchObject(shows);
  }
});

it('its writes', async () => {
  const question = await newQuestion();
  const { json: answer } = await newAnswer(question);
  for (const [, , { status, path, ...call }] of named(frontEndWrites(question, answer.answer_id))) {
    const said = await request(path, call);
    expect([path, said.status]).toEqual([path, status]);
    expect(said.headers['access-control-allow-origin']).toBe('*');
  }
});

it.each(preflightNames)('a preflight that asks for %s', async names => {
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
  ['000', '0'],
])('a count of %s shares the entry of %s', async (count, applied) => {
  await untilCached(`/products?page=7&count=${applied}`);
  const { headers, json } = await request(`/products?page=7&count=${count}`);
  expect(headers['x-cache']).toBe('HIT');
  expect(json).toEqual((await request(`/products?page=7&count=${applied}`)).json);
});

describe('conditions of a read', () => {
  const client = clientWith(1); // what is wrong about a connection fails the next request on it
  const judged = async (path: string, headers: Record<string, string>, method = 'GET') =>
    (await client(path, { method, headers })).status;

  it.each(['GET', 'HEAD'])('are judged as RFC 9110 does when it is in the cache: %s', async method => {
    await untilCached('/products/2');
    const { etag = '' } = (await request('/products/2')).headers;
    for (const { headers, status } of conditionalReads(etag))
      expect([headers, await judged('/products/2', headers, method)]).toEqual([headers, status]);
  });

  it.each(['GET', 'HEAD'])(
    'and when it is not: %s',
    async method => {
      for (let page = Math.ceil(Math.random() * 1e8), last = page + 400; page < last; page++) {
        const path = `/products?page=${page}&count=1`;
        const { etag = '' } = (await request(`${path}&uncached=%20`)).headers;
        const { headers, status } = [...conditionalReads(etag)][last - page - 1] ?? {};
        if (headers) expect([headers, await judged(path, headers, method)]).toEqual([headers, status]);
      }
    },
    60_000,
  );

  it('are judged anew after a write', async () => {
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
