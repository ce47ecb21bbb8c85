import type { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
let app: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  app = await database.connect('app');
});
afterAll(() => database.drop());

it.each([
  'select * from catalogue.product',
  'select question_id, body, asker_name from qa.question',
  'select answer_id, body, answerer_name, photos from qa.answer',
  "insert into qa.question (product_id, body, asker_name, asker_email) values (1, 'b', 'n', 'e')",
  "insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email) values (1, 1, 'b', 'n', 'e')",
  "insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email, photos) values (1, 1, 'b', 'n', 'e', '[]')",
  "select nextval('qa.photo_id')",
  'update qa.question set helpful = 1, reported = true, user_written = true',
  'update qa.answer set helpful = 1, reported = true, user_written = true',
  'select * from idempotency.kept',
  "insert into idempotency.kept (key, fingerprint, product_id, question_id) values ('k', 'f', 1, 1)",
  'delete from idempotency.kept',
])('the app may %s', async statement => {
  await app.query('begin');
  await app.query(statement);
  await app.query('rollback');
});

it.each([
  'select asker_email from qa.question',
  'select * from qa.question',
  'select answerer_email from qa.answer',
  "update qa.question set body = 'b'",
  'delete from qa.question',
  'delete from qa.answer',
  "update qa.answer set photos = '[]'",
  "select setval('qa.photo_id', 1)",
  'truncate qa.question',
  "insert into qa.question (question_id, product_id, body, asker_name, asker_email) values (1, 1, 'b', 'n', 'e')",
  "insert into catalogue.product values (1, 1, '{}', '[]', '{}', '[]')",
  "update catalogue.product set related = '[]'",
  'delete from catalogue.product',
  'drop table catalogue.product',
  "update idempotency.kept set fingerprint = 'f'",
  'truncate idempotency.kept',
  "insert into idempotency.kept (key, fingerprint, written_at, product_id, question_id) values ('k', 'f', now(), 1, 1)",
  'create table public.mine ()',
  'create table qa.mine ()',
  'create temporary table mine ()',
  'create schema mine',
  'select * from public.migration',
  'select * from pg_authid',
  "copy (select 1) to '/tmp/elier'",
  'set role elier',
])('the app may not %s', async statement => {
  await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
});
