import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { folderAt } from './import/data-folder.ts';
import { importFolder } from './import/import-folder.ts';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { undo007 } from './testing/undo.ts';

let database: TestDatabase;
let owner: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
});
afterEach(() => database.drop());

const run = (path: string) => owner.query(readFileSync(join(import.meta.dirname, path), 'utf8'));

/** The contents of all tables. */
async function contents() {
  const { rows: products } = await owner.query(
    `select product_id, position, summary::json, features::json, styles::json, related::json from catalogue.product
     order by product_id`,
  );
  const { rows: questions } = await owner.query('select * from qa.question order by question_id');
  const { rows: answers } = await owner.query('select * from qa.answer order by answer_id');
  return { products, questions, answers };
}

test('004 and 005 convert rows to the same contents as an import of the same files', async () => {
  await importFolder({
    owner: database.owner,
    folder: folderAt(join(import.meta.dirname, '../app/testing/rows')),
    rejects: join(tmpdir(), `${database.owner.database}.csv`),
  });
  const imported = await contents();

  await owner.query('drop schema catalogue cascade; drop schema qa cascade; drop schema idempotency cascade');
  await owner.query('delete from public.migration where number > 3');
  for (const path of ['migrations/002_catalogue.sql', 'migrations/003_qa.sql', 'testing/rows-before-004.sql'])
    await run(path);
  await owner.query('update qa.question set user_written = true where question_id = 3');
  await owner.query('update qa.answer set user_written = true where answer_id in (5, 8)');
  await migrate(database.owner, database.app.password);
  const migrated = await contents();
  const written = (rows: { user_written: boolean }[]) => rows.filter(({ user_written }) => user_written);
  expect(written(migrated.questions)).toMatchObject([{ question_id: 3 }]);
  expect(written(migrated.answers)).toMatchObject([{ answer_id: 5 }, { answer_id: 8 }]);
  await owner.query('update qa.question set user_written = false; update qa.answer set user_written = false');
  // Compared as text, too, because toEqual ignores the order of keys.
  expect(JSON.stringify(await contents())).toBe(JSON.stringify(imported));
  expect(imported.products).toHaveLength(6);

  const { rows } = await owner.query(`
    insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
    values (1, 1, 'b', 'n', 'e') returning answer_id, nextval('qa.photo_id')::integer as photo_id`);
  expect(rows).toEqual([{ answer_id: 101, photo_id: 101 }]);
});

test('005 succeeds when the last possible id is in use', async () => {
  await owner.query('drop schema catalogue cascade; drop schema qa cascade; drop schema idempotency cascade');
  await owner.query('delete from public.migration where number > 3');
  for (const path of ['migrations/002_catalogue.sql', 'migrations/003_qa.sql']) await run(path);
  await owner.query(`select setval('qa.answer_photo_photo_id_seq', 2147483647)`);
  await migrate(database.owner, database.app.password);
  await expect(owner.query(`select nextval('qa.photo_id')`)).rejects.toThrow('reached maximum');
});

test('007 makes e-mail addresses optional without rewriting a table', async () => {
  await undo007(owner);
  const files = async () =>
    (await owner.query("select pg_relation_filepath('qa.question'), pg_relation_filepath('qa.answer')")).rows;
  const before = await files();
  expect(await migrate(database.owner, database.app.password)).toEqual(['007_no_email.sql']);
  expect(await files()).toEqual(before);
  await owner.query("insert into qa.question (product_id, body, asker_name) values (1, 'b', 'n')");
});
