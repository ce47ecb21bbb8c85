import type { Call } from '../http.ts';

/** A request as front-ends of this API send it, and the status that they need. */
export interface FrontEndRequest extends Call {
  readonly path: string;
  readonly status: number;
  /** What the body of the response must be like, as `toMatchObject` takes it. */
  readonly shows?: object;
}

const written = { body: 'Does it run small?', name: 'Shopper', email: 'shopper@mail.example' };
const get = (path: string, status = 200, shows = {}): FrontEndRequest => ({ path, status, shows });
const post = (path: string, body: unknown, headers = {}): FrontEndRequest => ({
  method: 'POST',
  path,
  status: 201,
  headers,
  body,
});

/** Reads about product 1 and question 1, recorded from public front-ends and their tests. */
export const frontEndReads: readonly FrontEndRequest[] = [
  get('/products'),
  ...['1000', '10000', '1000000', '10000000000', '0005', '500', '501'].map(count =>
    get(`/products?count=${count}`),
  ),
  get('/products?count=0', 200, []),
  get('/products?page=3&count=0', 200, []),
  get('/products?page=undefined&count=undefined'),
  get('/products/1/', 200, { id: 1 }),
  get('/products/1/styles?product_id=1', 200, { product_id: '1' }),
  get('/products/1/related'),
  get('/products/undefined', 400),
  get('/products/0/related', 400),
  get('/qa/questions/?product_id=1&page=1&count=100', 200, { product_id: '1' }),
  get('/qa/questions?product_id=1&count=100&page=1', 200, { product_id: '1' }),
  ...['99999', '10000', '10000000000'].map(count =>
    get(`/qa/questions/?product_id=1&page=1&count=${count}`, 200, { product_id: '1' }),
  ),
  get('/qa/questions?product_id=1&count=0', 200, { product_id: '1', results: [] }),
  get('/qa/questions/1/answers?&page=1&count=100', 200, { question: '1', page: 1, count: 100 }),
  get('/qa/questions/1/answers?page=1&count=10000', 200, { question: '1', page: 1, count: 500 }),
  get('/qa/questions/1/answers?count=0', 200, { question: '1', page: 1, count: 0, results: [] }),
  get('/qa/questions/1/answers?count=00&page=7', 200, { question: '1', page: 7, count: 0, results: [] }),
  {
    ...get('/products/1', 200, { id: 1 }),
    headers: {
      Authorization: 'ghp_0123456789',
      'User-Agent': 'request',
      Accept: 'application/json, text/plain, */*',
      Origin: 'http://localhost:1234',
      Cookie: `session=${'x'.repeat(7 * 1024)}`,
      'Accept-Language': 'x'.repeat(1024),
      'Cache-Control': 'no-cache',
    },
  },
];

/** Writes to a question and an answer. */
export const frontEndWrites = (question: number, answer: number): readonly FrontEndRequest[] => [
  post('/qa/questions', { ...written, product_id: 1 }),
  post('/qa/questions', { ...written, product_id: '1' }),
  post(
    '/qa/questions?0=1',
    { ...written, product_id: 1 },
    { 'Content-Type': 'application/JSON; charset=UTF-8' },
  ),
  ...[{}, { photos: [] }, { photos: ['https://images.example/1.jpg'] }, { question_id: question }].map(more =>
    post(`/qa/questions/${question}/answers`, { ...written, ...more }),
  ),
  ...[undefined, '{}', '{"helpfulness":"update"}', '12', 'helpful=1'].map(body => ({
    method: 'PUT',
    path: `/qa/questions/${question}/helpful`,
    status: 204,
    body,
  })),
  { method: 'PUT', path: `/qa/answers/${answer}/helpful?0=${answer}`, status: 204 },
];

/** Header names that browsers ask for in a preflight when a front-end sends them. */
export const preflightNames = [
  'authorization,content-type',
  'access-control-allow-origin',
  'authorization, x-requested-with, cache-control, if-none-match',
  'idempotency-key',
];

/** Conditions of a read, by RFC 9110, whose ETag is given, with the status that follows from them. */
export function* conditionalReads(
  etag: string,
): Generator<{ headers: Record<string, string>; status: number }> {
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
  const dates = [undefined, tomorrow, 'Thu, 01 Jan 2015 00:00:00 GMT', 'x'];
  const strong = etag.replace('W/', '');
  for (const match of [undefined, '*', etag, '"another"'])
    for (const none of [undefined, etag, strong, `"another", ${etag}`, '*', '"another"'])
      for (const modified of dates)
        for (const unmodified of dates) {
          const headers = {
            'If-Match': match,
            'If-None-Match': none,
            'If-Modified-Since': modified,
            'If-Unmodified-Since': unmodified,
          };
          const isHeld = match === undefined || match === '*';
          const isUnchanged = none !== undefined && none !== '"another"';
          yield {
            headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value)) as Record<
              string,
              string
            >,
            status: isHeld ? (isUnchanged ? 304 : 200) : 412,
          };
        }
}
