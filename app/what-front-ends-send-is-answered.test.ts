import { startTestService, type TestService } from './testing/service.ts';
import { type FrontEndRequest, frontEndReads, frontEndWrites } from './testing/traffic/front-end-requests.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const named = (all: readonly FrontEndRequest[]) =>
  all.map(one => [one.method ?? 'GET', one.path, one] as const);

it.each(named(frontEndReads))('%s %s', async (_method, path, { status, shows = {}, ...call }) => {
  const response = await service.call(path, call);
  expect(response.status).toBe(status);
  expect(response.headers['access-control-allow-origin']).toBe('*');
  expect(response.json).toMatchObject(shows);
});

it.each(named(frontEndWrites(1, 6)))('%s %s', async (_method, path, { status, ...call }) => {
  const response = await service.call(path, call);
  expect(response.status).toBe(status);
  expect(response.headers['access-control-allow-origin']).toBe('*');
});

describe('a page of 0 elements', () => {
  it.each(['/products?count=0', '/products?page=2&count=0', '/qa/questions?product_id=1&page=2&count=0'])(
    'has no links: %s',
    async path => expect((await service.call(path)).headers.link).toBeUndefined(),
  );

  it('of a question that is not there is a 404', async () => {
    expect((await service.call('/qa/questions/999/answers?count=0')).status).toBe(404);
  });
});

describe('a count above 500', () => {
  beforeAll(() =>
    service.sql(`
      insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
      select product_id, question_id, 'Many', 'Seller', 's@mail.example'
      from qa.question, generate_series(1, 600) where question_id = 7`),
  );

  it.each(['501', '1000', '99999999999999999999', '000700'])(
    'gets 500 for %s, and says where the rest is',
    async count => {
      const { json, headers } = await service.call(`/qa/questions/7/answers?count=${count}`);
      expect([json.count, json.results.length]).toEqual([500, 500]);
      expect(headers.link).toBe('</qa/questions/7/answers?page=2&count=500>; rel="next"');
      const rest = await service.call('/qa/questions/7/answers?page=2&count=500');
      expect(rest.json.results.length).toBeGreaterThanOrEqual(100);
    },
  );
});
