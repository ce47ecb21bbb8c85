import { execFile } from 'node:child_process';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silent } from '../progress.ts';
import { summary } from './summary.ts';
import { dirtyFolder, rightResponse, rightResponses } from './testing/dirty-folder.ts';
import { verify } from './verify.ts';

/** Wrong responses, by path. `404` stands for the status. */
let wrong: Record<string, string> = {};
/** How many more requests for a path get 503. */
let busy: Record<string, number> = {};
/** The Host headers of all requests. */
let hosts = new Set<string | undefined>();
const server = createServer(({ url = '', headers }, response) => {
  hosts.add(headers.host);
  const left = busy[url] ?? 0;
  if (left > 0) {
    busy[url] = left - 1;
    response.writeHead(503, { 'Retry-After': '0' }).end();
    return;
  }
  const text = wrong[url] ?? JSON.stringify(rightResponse(url));
  response.writeHead(text === undefined || text === '404' ? 404 : 200).end(text);
});
let api: { url: URL };
let data: string;

beforeAll(async () => {
  data = await dirtyFolder();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  api = { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
});
beforeEach(() => {
  wrong = {};
  busy = {};
  hosts = new Set();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const run = () => verify({ data, api, products: 10, progress: silent });

test('correct responses do not differ, whatever is wrong with the lines of the files', async () => {
  const { chosen, comparison } = await run();
  expect(comparison.differences).toEqual([]);
  expect(comparison.differing).toBe(0);
  expect(Object.fromEntries(comparison.compared)).toEqual({
    '/products': 17,
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
])('a response for %s with %s changed to %s differs', async (path, right, other, location) => {
  wrong[path] = JSON.stringify(rightResponses[path]).replace(right, other);
  const { chosen, comparison } = await run();
  expect(comparison.differing).toBe(1);
  expect(comparison.differences).toMatchObject([{ path, location }]);
  expect(summary(chosen, comparison, 1)).toContain(`GET ${path}: ${location}\n  expected `);
});

test.each([
  ['/products', '"id":3', '"id":4', 'body.0.id'],
  ['/products?page=2', '[]', '[{"id":7}]', 'body, its positions'],
  ['/products?page=1&count=0', '[]', '[{"id":3}]', 'body, its positions'],
  ['/products?page=1&count=10000000000', '"c","default_price":"0.00"}', '"c"}', 'body.0, its keys'],
  ['/products?page=1&count=501', /,\{"id":7.*\}/, '', 'body, its positions'],
  ['/products?page=2&count=501', '[]', 'null', 'body'],
  ['/products?page=2&count=5', '[]', '[{"id":7}]', 'body, its positions'],
  ['/products?page=1&count=500', '"name":"bare name"', '"name":"name bare"', 'body.0.name'],
])('a page %s with %s changed to %s differs', async (path, right, other, location) => {
  const text = JSON.stringify(rightResponse(path));
  wrong[path] = text.replace(right, other);
  expect(wrong[path]).not.toBe(text);
  const { comparison } = await run();
  expect(comparison).toMatchObject({ differing: 1, differences: [{ path, location }] });
});

test('a 200 for a reported question differs', async () => {
  wrong['/qa/questions/2/answers?count=500'] = '{}';
  const { comparison } = await run();
  expect(comparison.differences).toMatchObject([{ location: 'status', expected: '404', found: '200' }]);
});

test('requests are repeated and counted while the API is busy, and differ if it stays busy', async () => {
  busy = { '/products/3': 2, '/products/7/related': 100 };
  const { chosen, comparison } = await run();
  expect(comparison.busy).toBe(2 + 5);
  expect(comparison.differences).toMatchObject([{ path: '/products/7/related', found: '503' }]);
  expect(summary(chosen, comparison, 1)).toContain('The API was busy 7 times');
});

test('a missing API or an incomplete folder is named in one sentence', async () => {
  const of = (folder: string) => verify({ data: folder, api, products: 1, progress: silent });
  const unreachable = { url: new URL('http://127.0.0.1:1') };
  await expect(verify({ data, api: unreachable, products: 1, progress: silent })).rejects.toThrow(
    /^The API at http:\/\/127\.0\.0\.1:1 does not respond to GET \/products\?count=1 \(.+\)\.$/,
  );
  wrong['/products?count=1'] = 'starting';
  busy['/products?count=1'] = 1;
  await expect(of(data)).rejects.toThrow(
    /^The API at .* responds to GET \/products\?count=1 with 503 instead of 200\.$/,
  );
  await expect(of('/nowhere')).rejects.toThrow('There is no folder /nowhere.');
  const poor = await dirtyFolder();
  await writeFile(join(poor, 'product.csv'), '');
  await expect(of(poor)).rejects.toThrow(`The folder ${poor} holds both product.csv and products.csv.`);
  await rm(join(poor, 'product.csv'));
  await writeFile(join(poor, 'skus.csv'), 'id,styleId,size,style_id\n');
  await expect(of(poor)).rejects.toThrow(
    `The header line of ${poor}/skus.csv has the column styleId 2 times.`,
  );
  await writeFile(join(poor, 'skus.csv'), 'id,styleId,size\n');
  await expect(of(poor)).rejects.toThrow(`The header line of ${poor}/skus.csv has no column quantity.`);
  await rm(join(poor, 'skus.csv'));
  await mkdir(join(poor, 'skus.csv'));
  await expect(of(poor)).rejects.toThrow(`${poor}/skus.csv is not a file.`);
  await rmdir(join(poor, 'skus.csv'));
  await expect(of(poor)).rejects.toThrow(`The folder ${poor} lacks skus.csv.`);
});

describe("users' writes since the import are counted separately", () => {
  const question = (id: number) =>
    `{"question_id":${id},"question_body":"b","question_date":"2026-01-01T00:00:00.000Z","asker_name":"n",` +
    '"question_helpfulness":0,"reported":false,"answers":{}}';
  const answer = (id: number) =>
    `{"answer_id":${id},"body":"b","date":"2026-01-01T00:00:00.000Z","answerer_name":"n","helpfulness":0,"photos":[]}`;
  const cid = JSON.stringify((rightResponses[questions] as any).results[0]);

  test.each([
    ['a vote for a question', questions, '"question_helpfulness":2', '"question_helpfulness":3'],
    ['a vote for an answer', questions, '"helpfulness":3', '"helpfulness":4'],
    ['a vote in the list of answers', answers, '"helpfulness":4', '"helpfulness":40'],
    ['a new question', questions, /\]\}$/, `,${question(9)}]}`],
    ['a new answer', answers, /\]\}$/, `,${answer(10)}]}`],
    ['a reported question', questions, `${cid},`, ''],
    ['a reported answer', answers, /\{"answer_id":8.*?\},/, ''],
  ])('such as %s', async (_what, path, right, other) => {
    const text = JSON.stringify(rightResponses[path]);
    wrong[path] = text.replace(right, other);
    expect(wrong[path]).not.toBe(text);
    const { chosen, comparison } = await run();
    expect(comparison.differences).toEqual([]);
    expect(comparison).toMatchObject({ differing: 0, byUsers: 1 });
    expect(summary(chosen, comparison, 1)).toContain('0 differ');
    expect(summary(chosen, comparison, 1)).toContain("1 more responses show users' writes since the import");
  });

  test('such as the answers of a question reported since', async () => {
    wrong[answers] = '404';
    const { comparison } = await run();
    expect(comparison).toMatchObject({ differing: 0, byUsers: 1 });
  });

  test.each([
    ['one vote less', questions, '"question_helpfulness":2', '"question_helpfulness":1'],
    ['a vote that is not a number', answers, '"helpfulness":4', '"helpfulness":"5"'],
    ['a vote that does not move its answer', answers, '"helpfulness":3', '"helpfulness":5'],
    [
      'a vote together with another text',
      answers,
      '"body":"useful","date":"2020-09-13T12:26:40.001Z","answerer_name":"Seller","helpfulness":3',
      '"body":"used","date":"2020-09-13T12:26:40.001Z","answerer_name":"Seller","helpfulness":4',
    ],
    ['a new question of another product', questions, /\]\}$/, `,${question(2)}]}`],
    ['a new answer of another question', answers, /\]\}$/, `,${answer(9)}]}`],
    ['a question with reported set', questions, '"reported":false', '"reported":true'],
  ])('but not %s', async (_what, path, right, other) => {
    const text = JSON.stringify(rightResponses[path]);
    wrong[path] = text.replace(right, other);
    expect(wrong[path]).not.toBe(text);
    const { comparison } = await run();
    expect(comparison).toMatchObject({ differing: 1, byUsers: 0 });
  });
});

describe('the verify command', () => {
  const command = (more: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...more], {
      env: { ...process.env, ...env },
    }).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  test('sends the first of SERVER_NAMES as Host to HTTP_PORT', async () => {
    const env = { HTTP_PORT: api.url.host, SERVER_NAMES: 'shop.example,api.shop.example' };
    const { code, stdout } = await command(['--data', data], env);
    expect(stdout).toContain('0 differ');
    expect(code).toBe(0);
    expect(hosts).toEqual(new Set(['shop.example']));
  });

  test('ends with status 1 and one sentence without a stack trace for each expected error', async () => {
    const noApi = await command(['--data', data, '--api', 'http://localhost:1']);
    expect(noApi).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The API at .* does not respond to .*\.\n$/),
    });
    const noFolder = await command(['--data', '/nowhere', '--api', api.url.origin]);
    expect(noFolder).toEqual({ code: 1, stdout: '', stderr: 'There is no folder /nowhere.\n' });
    wrong[answers] = JSON.stringify(rightResponses[answers]).replace('"helpfulness":4', '"helpfulness":1');
    const { code, stdout, stderr } = await command(['--data', data, '--api', api.url.origin]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 differ');
    expect(stderr).not.toContain('    at ');
  });
});
