import { call } from '../testing/http.ts';
import { startReplica, startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
});
afterEach(() => service.stop());

const written = { body: 'A text', name: 'A name', email: 'a@mail.example' };
const question = { ...written, product_id: 2 };
const key = 'b7f6c1d2-0000-4000-8000-000000000001';

const send = (method: string, path: string, body?: object, idempotencyKey = key) =>
  service.call(path, { method, body, headers: { 'Idempotency-Key': idempotencyKey } });
const ask = (body: object = question, idempotencyKey = key) =>
  send('POST', '/qa/questions', body, idempotencyKey);
const count = async (sql: string) => Number((await service.sql(`select ${sql} as count`))[0].count);
const questions = () => count('(select count(*) from qa.question)');
const kept = () => count('(select count(*) from idempotency.kept)');
const votes = () => count('(select helpful from qa.question where question_id = 8)');

it('a repeated question counts once, and gets the first response', async () => {
  const before = await questions();
  const first = await ask();
  const second = await ask();
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.text).toBe(first.text);
  expect(second.headers.location).toBe(first.headers.location);
  expect(first.headers['x-changed']).toMatch(/^product-2 question-\d+$/);
  expect(second.headers['x-changed']).toBe(first.headers['x-changed']);
  expect(await questions()).toBe(before + 1);
});

it('a repeated answer counts once, with its photos', async () => {
  const body = { ...written, photos: ['https://images.example/1', 'https://images.example/2'] };
  const responses = [1, 2, 3].map(() => send('POST', '/qa/questions/8/answers', body));
  const [first, ...others] = await Promise.all(responses);
  expect(first?.status).toBe(201);
  for (const other of others) expect(other.text).toBe(first?.text);
  const { json } = await service.call('/qa/questions/8/answers');
  expect(json.results.filter((answer: any) => answer.body === written.body)).toEqual([first?.json]);
});

it('a repeated vote or report counts once', async () => {
  const before = await votes();
  for (let time = 0; time < 3; time++)
    expect((await send('PUT', '/qa/questions/8/helpful')).status).toBe(204);
  expect(await votes()).toBe(before + 1);
  for (let time = 0; time < 2; time++)
    expect((await send('PUT', '/qa/questions/8/report', undefined, 'report')).status).toBe(204);
  expect((await send('PUT', '/qa/questions/8/helpful')).status).toBe(204); // the first response, though it is hidden now
  expect((await send('PUT', '/qa/questions/8/helpful', undefined, 'new')).status).toBe(404);
});

it('a write that is sent several times at once counts once', async () => {
  const before = await questions();
  const responses = await Promise.all(Array.from({ length: 40 }, () => ask()));
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 201));
  expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
  expect(await questions()).toBe(before + 1);
  const votesBefore = await votes();
  const path = '/qa/questions/8/helpful';
  const puts = await Promise.all(Array.from({ length: 40 }, () => send('PUT', path, undefined, 'vote')));
  expect(new Set(puts.map(({ status }) => status))).toEqual(new Set([204]));
  expect(await votes()).toBe(votesBefore + 1);
});

it('a write that is repeated on another replica counts once', async () => {
  const first = await ask();
  const other = await startReplica(service.database.app);
  const options = { method: 'POST', body: question, headers: { 'Idempotency-Key': key } };
  const second = await call(other.port, '/qa/questions', options);
  await other.stop();
  expect([second.status, second.text]).toEqual([201, first.text]);
});

it.each([
  ['another body', () => ask({ ...question, body: 'Another text' })],
  ['another route', () => send('POST', '/qa/questions/8/answers', written)],
  ['another method', () => send('PUT', '/qa/questions/8/helpful')],
])('a key that is used again with %s is refused, and nothing is written', async (_, repeat) => {
  await ask();
  const before = [await questions(), await votes(), await kept()];
  const { status, json } = await repeat();
  expect([status, json.detail]).toEqual([422, 'This Idempotency-Key was used for another request.']);
  expect([await questions(), await votes(), await kept()]).toEqual(before);
});

it('a write that failed runs again under its key', async () => {
  expect((await ask({ ...question, body: ' ' })).status).toBe(422);
  expect((await ask({ ...question, product_id: 77 })).status).toBe(404);
  expect(await kept()).toBe(0);
  expect((await ask()).status).toBe(201);
});

it('a key is forgotten after 24 hours', async () => {
  const first = await ask();
  await ask(question, 'another');
  await service.sql("update idempotency.kept set written_at = now() - interval '23 hours 59 minutes'");
  expect((await ask()).text).toBe(first.text);
  await service.sql("update idempotency.kept set written_at = now() - interval '24 hours 1 minute'");
  const again = await ask();
  expect(again.status).toBe(201);
  expect(again.json.question_id).not.toBe(first.json.question_id);
  expect(await kept()).toBe(1);
});

it('a key has 1 to 255 characters of ASCII; an empty one is none', async () => {
  const before = await questions();
  expect((await ask(question, 'x'.repeat(255))).status).toBe(201);
  for (const bad of ['x'.repeat(256), 'schlüssel']) {
    const { status, json } = await ask(question, bad);
    expect([status, json.detail]).toEqual([400, 'Idempotency-Key must be at most 255 characters of ASCII.']);
  }
  await ask(question, '');
  await ask(question, '');
  expect(await questions()).toBe(before + 3);
  expect(await kept()).toBe(1);
});

it('no e-mail address is stored with a key', async () => {
  await ask();
  expect(JSON.stringify(await service.sql('select * from idempotency.kept'))).not.toContain('mail.example');
});
