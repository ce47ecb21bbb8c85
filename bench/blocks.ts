import { createHistogram } from 'node:perf_hooks';
import { Client } from 'pg';
import * as catalogue from '../app/catalogue/queries.ts';
import type { Query } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import { databaseSettings } from '../db/environment.ts';

// Counts the 8 KiB blocks that each statement of the app touches, over random ids of the loaded data. The count is free
// of noise. On a cold disk it is the number of disk reads.
const samples = 200;

interface Read {
  readonly name: string;
  readonly query: Query;
  /** The query's values for a random id. */
  readonly values: (id: number) => readonly number[];
  /** The table that the ids come from. */
  readonly ids: 'product' | 'question';
  /** The median number of blocks that the storage is designed for. */
  readonly target: number;
}

const reads: readonly Read[] = [
  { name: 'product', query: catalogue.document, values: id => [id, 1], ids: 'product', target: 6 },
  { name: 'styles', query: catalogue.document, values: id => [id, 2], ids: 'product', target: 8 },
  { name: 'related', query: catalogue.document, values: id => [id, 3], ids: 'product', target: 5 },
  {
    name: 'questions page',
    query: questions.questionsPage,
    values: id => [id, 0, 5],
    ids: 'product',
    target: 14,
  },
  {
    name: 'answers page',
    query: questions.answersPage,
    values: id => [id, 1, 5],
    ids: 'question',
    target: 8,
  },
];
const productPages = [1, 1000, 100_000];

const client = new Client(databaseSettings(process.env));
await client.connect();
await client.query('select setseed(0.5)');
await client.query('set plan_cache_mode = force_generic_plan'); // as in app/database.ts
for (const { together } of [
  catalogue.document,
  catalogue.productsPage,
  questions.questionsPage,
  questions.answersPage,
])
  await client.query(`prepare "${together.name}" as ${together.text}`);

/** Blocks that the query touches, in shared buffers or not. The first execution loads PostgreSQL's own catalogue. */
async function blocksOf({ together }: Query, values: readonly number[]): Promise<number> {
  const parameters = values.map(value => `'{${value}}'`); // a batch of one; the app batches several
  const execute = `execute "${together.name}" (${parameters})`;
  await client.query(execute);
  const { rows } = await client.query(`explain (analyze, buffers, format json) ${execute}`);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0];
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}

/** Ids of rows that clients can see, drawn uniformly. Every run draws the same ids. */
async function randomIds(kind: 'product' | 'question'): Promise<number[]> {
  const table = kind === 'product' ? 'catalogue.product' : 'qa.question';
  const visible = kind === 'product' ? 'true' : 'not reported';
  const { rows } = await client.query(
    `select ${kind}_id as id from (
       select ceil(random() * (select max(${kind}_id) from ${table}))::integer as id from generate_series(1, ${samples * 3})
     ) picked join ${table} on ${kind}_id = id where ${visible} order by random() limit ${samples}`,
  );
  return rows.map(({ id }) => id);
}

const table: Record<string, object> = {};
const ids = { product: await randomIds('product'), question: await randomIds('question') };
for (const { name, query, values, ids: kind, target } of reads) {
  const blocks = createHistogram();
  for (const id of ids[kind]) blocks.record(await blocksOf(query, values(id)));
  const { count, max } = blocks;
  table[name] = {
    samples: count,
    median: blocks.percentile(50),
    p95: blocks.percentile(95),
    worst: max,
    target,
  };
}
console.table(table);

const pages: Record<string, object> = {};
for (const page of productPages) {
  pages[`/products?page=${page}`] = {
    blocks: await blocksOf(catalogue.productsPage, [(page - 1) * 5, page * 5]),
  };
}
for (const id of [1, 1_000_000])
  pages[`/products/${id}`] = { blocks: await blocksOf(catalogue.document, [id, 1]) };
console.table(pages);

const { rows: sizes } = await client.query(`
  select relnamespace::regnamespace || '.' || relname as table, pg_table_size(oid) >> 20 as "rows, MiB",
         pg_indexes_size(oid) >> 20 as "indexes, MiB"
    from pg_class where relkind = 'r' and relnamespace::regnamespace::text in ('catalogue', 'qa') order by 1`);
console.table(sizes);
await client.end();
