import type { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { fullFolder, importFrom } from './testing/data-folder.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});

afterAll(() => database.drop());

/** All properties of the tables, without their rows. */
async function shape() {
  const queries = [
    `select nspname, nspowner, nspacl from pg_namespace where nspname !~ '^pg_' order by nspname`,
    `select relnamespace::regnamespace::text, relname, relkind, relowner, relpersistence, relacl, reloptions
       from pg_class where relnamespace::regnamespace::text in ('catalogue', 'qa') order by 1, 2`,
    `select attrelid::regclass::text, attnum, attname, atttypid, atttypmod, attnotnull, attidentity, attstorage,
            attacl, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
       from pg_attribute join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where relnamespace::regnamespace::text in ('catalogue', 'qa') and relkind = 'r' and attnum > 0 order by 1, 2`,
    `select conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) from pg_constraint
      where connamespace::regnamespace::text in ('catalogue', 'qa') order by 1, 2`,
    `select indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid from pg_index
       join pg_class on pg_class.oid = indrelid
      where relnamespace::regnamespace::text in ('catalogue', 'qa') order by 1`,
  ];
  const results = [];
  for (const text of queries) results.push((await client.query(text)).rows);
  return results;
}

test('an import keeps columns, checks, indexes, identities, settings and privileges', async () => {
  // Features that no migration uses so far.
  await client.query(`
    alter table qa.question set (fillfactor = 90, autovacuum_enabled = false);
    comment on column catalogue.product.styles is 'a comment';
    create unique index product_name on catalogue.product (product_id, left(summary, 20)) include (position) where position > 1;
    alter table qa.question add constraint question_once unique (question_id);
    alter table qa.answer alter body set storage external;
    create sequence catalogue.numbers as bigint;
    grant usage on schema qa to public;
    grant delete on catalogue.product to elier_app with grant option`);
  const before = await shape();
  const folder = await fullFolder({});
  for (let time = 0; time < 2; time++) await importFrom(folder, database.owner);
  expect(await shape()).toEqual(before);
});

test('new tables are in the order of their keys, analysed and marked all-visible', async () => {
  const ids = Array.from({ length: 3_000 }, (_, index) => ((index * 7) % 3_000) + 1);
  const folder = await fullFolder({
    'product.csv': ids.map(id => `${id},"n","s","d","c",1`),
    'questions.csv': ids.map(id => `${4_000 - id},${id},"b",1,"n","e@x.com",0,0`),
    'answers.csv': ids.map(id => `${id},${id + 999},"b",1,"n","e@x.com",0,0`),
  });
  await importFrom(folder, database.owner);
  const keys = {
    'catalogue.product': '(product_id)',
    'qa.question': '(product_id, question_id)',
    'qa.answer': '(product_id, answer_id)',
  };
  for (const [table, key] of Object.entries(keys)) {
    const { rows } = await client.query(`
      select count(*) filter (where before > key)::integer as backwards
        from (select row${key} as key, lag(row${key}) over (order by ctid) as before from ${table}) placed`);
    expect([table, rows]).toEqual([table, [{ backwards: 0 }]]);
  }
  const { rows: tables } = await client.query(`
    select relname, relpages = relallvisible as "areAllVisible", reltuples
      from pg_class where relnamespace::regnamespace::text in ('catalogue', 'qa') and relkind = 'r' and relname <> 'data_set' order by relname`);
  expect(tables).toEqual(
    ['answer', 'product', 'question'].map(relname => ({ relname, areAllVisible: true, reltuples: 3_000 })),
  );
});

test('an import gives its data sets new names', async () => {
  const names = async () =>
    (await client.query('select name from catalogue.data_set union all select name from qa.data_set')).rows;
  const before = await names();
  await importFrom(await fullFolder({}), database.owner);
  const after = await names();
  expect(new Set([...before, ...after].map(({ name }) => name)).size).toBe(4);
});
