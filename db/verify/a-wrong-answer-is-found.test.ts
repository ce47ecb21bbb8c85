import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { silent } from './progress.ts';
import { summary } from './summary.ts';
import { dirtyFolder, rightAnswers } from './testing/dirty-folder.ts';
import { verify } from './verify.ts';

/** Answers that take the place of the right ones, as text. */
let wrong: Record<string, string> = {};
/** Paths that are answered with 503, and how often still. */
let busy: Record<string, number> = {};
const server = createServer(({ url = '' }, response) => {
  const left = busy[url] ?? 0;
  if (left > 0) {
    busy[url] = left - 1;
    response.writeHead(503, { 'Retry-After': '0' }).end();
    return;
  }
  const text = wrong[url] ?? JSON.stringify(rightAnswers[url]);
  response.writeHead(text === undefined ? 404 : 200).end(text);
});
let api: URL;
let data: string;

beforeAll(async () => {
  data = await dirtyFolder();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  api = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
beforeEach(() => {
  wrong = {};
  busy = {};
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const run = () => verify({ data, api, products: 10, seed: 1, progress: silent });

test('answers that follow from the files do not differ, whatever is wrong with the lines', async () => {
  const { chosen, comparison } = await run();
  expect(comparison.differences).toEqual([]);
  expect(comparison.differing).toBe(0);
  expect(Object.fromEntries(comparison.compared)).toEqual({
    '/products/:product_id': 2,
    '/products/:product_id/styles': 2,
    '/products/:product_id/related': 2,
    '/qa/questions': 2,
    '/qa/questions/:question_id/answers': 3,
  });
  expect(comparison.notFound).toBe(1);
  expect(chosen).toMatchObject({ productsInAll: 2, rows: 25, repaired: 2 });
});

const styles = '/products/7/styles';
const questions = '/qa/questions?product_id=7&count=500';
const answers = '/qa/questions/1/answers?count=500';
test.each([
  [styles, '"quantity":8', '"quantity":9', 'body.results.0.skus.136.quantity'],
  [styles, '"quantity":8', '"quantity":"8"', 'body.results.0.skus.136.quantity'],
  [styles, '"size":"XL"', '"size":"XL","price":1', 'body.results.0.skus.136, its keys'],
  [styles, '"sale_price":null', '"sale_price":"0.00"', 'body.results.0.sale_price'],
  [styles, ',{"thumbnail_url":"lost,too","url":"u2"}', '', 'body.results.0.photos, its positions'],
  [styles, '"style_id":10,"name":"zero"', '"name":"zero","style_id":10', 'body.results.0, its keys'],
  ['/products/7', '"value":null', '"value":"null"', 'body.features.1.value'],
  ['/products/7/related', '3,3', '3', 'body.2'],
  [questions, '40.123Z', '40.000Z', 'body.results.1.question_date'],
  [questions, '["u1","u3"]', '["u3","u1"]', 'body.results.1.answers.6.photos.0'],
  [answers, '"answer_id":8', '"answer_id":5', 'body.results.0.answer_id'],
  [answers, '}', '', 'body'],
])('%s with %s as %s differs', async (path, right, other, place) => {
  wrong[path] = JSON.stringify(rightAnswers[path]).replace(right, other);
  const { chosen, comparison } = await run();
  expect(comparison.differing).toBe(1);
  expect(comparison.differences).toMatchObject([{ path, place }]);
  expect(summary(chosen, comparison, 1)).toContain(`GET ${path}: ${place}\n  expected `);
});

test('a reported question that is answered differs', async () => {
  wrong['/qa/questions/2/answers?count=500'] = '{}';
  const { comparison } = await run();
  expect(comparison.differences).toMatchObject([{ place: 'status', expected: '404', found: '200' }]);
});

test('an API that is busy for a moment is asked again, and the times are told; one that stays busy differs', async () => {
  busy = { '/products/3': 2, '/products/7/related': 100 };
  const { chosen, comparison } = await run();
  expect(comparison.busy).toBe(2 + 5);
  expect(comparison.differences).toMatchObject([{ path: '/products/7/related', found: '503' }]);
  expect(summary(chosen, comparison, 1)).toContain('The API was busy 7 times');
});

test('no API, and a folder without all files, are named in one sentence', async () => {
  const nobody = new URL('http://127.0.0.1:1');
  await expect(verify({ data, api: nobody, products: 1, seed: 1, progress: silent })).rejects.toThrow(
    /^The API at http:\/\/127\.0\.0\.1:1 does not answer GET \/products\?count=1 \(.+\)\.$/,
  );
  const poor = await dirtyFolder();
  await rm(join(poor, 'skus.csv'));
  await expect(verify({ data: poor, api, products: 1, seed: 1, progress: silent })).rejects.toThrow(
    `The folder ${poor} lacks skus.csv.`,
  );
});
