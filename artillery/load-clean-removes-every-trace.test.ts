import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestService, type TestService } from '../app/testing/service.ts';
import { writeSeedQuestions } from './seed-questions.ts';

const loadClean = readFileSync(join(import.meta.dirname, 'load-clean.sql'), 'utf8');
const tables = ['qa.question', 'qa.answer', 'idempotency.kept'];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function all(): Promise<object[][]> {
  const rows: object[][] = [];
  for (const table of tables)
    rows.push(await service.sql(`select to_jsonb(row) as row from ${table} row order by 1`));
  return rows;
}

test('load-clean.sql removes all data of a load run and no other data', async () => {
  const written = { body: 'A text', name: 'A name', email: 'a@mail.example' };
  const key = { 'Idempotency-Key': 'of a user' };
  const call = (path: string, method: string, body?: object, headers = {}) =>
    service.call(path, { method, headers, ...(body && { body }) });
  await call('/qa/questions', 'POST', { ...written, product_id: 1 }, key);
  const before = await all();

  const url = `http://127.0.0.1:${service.port}`;
  let product = 0;
  const target = { url, products: 6, version: '1', isBehindNginx: false };
  const { signal } = new AbortController();
  const seeds = await writeSeedQuestions(target, { drawProduct: () => ++product, onQuestion() {}, signal });
  for (const { question, answer } of seeds) {
    await call(`/qa/questions/${question}/helpful`, 'PUT', undefined, { 'Idempotency-Key': `${question}` });
    await call(`/qa/questions/${question}/answers`, 'POST', { ...written, photos: ['https://a.example/1'] });
    await call(`/qa/answers/${answer}/helpful`, 'PUT');
    await call(`/qa/answers/${answer}/report`, 'PUT');
  }
  const [questions = 0, answers = 0, kept = 0] = before.map(({ length }) => length);
  expect((await all()).map(({ length }) => length)).toEqual([questions + 6, answers + 12, kept + 6]);

  const [{ format: message }] = await service.sql(loadClean);
  expect(message).toBe('Removed 6 questions and 12 answers of load runs.');
  expect(await all()).toEqual(before);
});
