import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { importFolder } from './import/import-folder.ts';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
let owner: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = new Client(database.owner);
  await owner.connect();
});
afterEach(async () => {
  await owner.end();
  await database.drop();
});

const run = (path: string) => owner.query(readFileSync(join(import.meta.dirname, path), 'utf8'));

/** All that the tables hold. */
async function contents() {
  const { rows: products } = await owner.query(
    `select product_id, position, summary::json, features::json, styles::json, related::json from catalogue.product
     order by product_id`,
  );
  const { rows: questions } = await owner.query('select * from qa.question order by question_id');
  const { rows: answers } = await owner.query('select * from qa.answer order by answer_id');
  return { products, questions, answers };
}

test('004 and 005 make of the rows what an import makes of the same files', async () => {
  await importFolder({
    owner: database.owner,
    folder: join(import.meta.dirname, '../app/testing/rows'),
    rejects: join(tmpdir(), `${database.owner.database}.csv`),
  });
  const imported = await contents();

  await owner.query('drop schema catalogue cascade; drop schema qa cascade');
  await owner.query('delete from public.migration where number > 3');
  for (const path of ['migrations/002_catalogue.sql', 'migrations/003_qa.sql', 'testing/rows-before-004.sql'])
    await run(path);
  await migrate(database.owner, database.app.password);
  expect(await contents()).toEqual(imported);
  expect(imported.products).toHaveLength(6);

  const { rows } = await owner.query(`
    insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
    values (1, 1, 'b', 'n', 'e') returning answer_id, nextval('qa.photo_id')::integer as photo_id`);
  expect(rows).toEqual([{ answer_id: 101, photo_id: 101 }]);
});
