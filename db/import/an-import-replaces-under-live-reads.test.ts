import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { importFolder } from './import-folder.ts';
import { createNext } from './next-schema.ts';
import { latestMigration, swap } from './swap.ts';
import { before } from './testing/before.ts';
import { fullFolder } from './testing/data-folder.ts';

let database: TestDatabase;
let readers: Client[];

beforeAll(async () => {
  database = await createTestDatabase();
  readers = [1, 2, 3].map(() => new Client(database.app));
  await Promise.all(readers.map(reader => reader.connect()));
  await load(await generation('one'));
});

afterAll(async () => {
  await Promise.all(readers.map(reader => reader.end()));
  await database.drop();
});

const load = (folder: string) =>
  importFolder({ owner: database.owner, folder, rejects: join(folder, 'rejects.csv') });

const products = 500;

/** A data set of which every text tells the generation. */
function generation(name: string): Promise<string> {
  const ids = Array.from({ length: products }, (_, index) => index + 1);
  return fullFolder({
    'product.csv': ids.map(id => `${id},"${name}","s","d","c",1`),
    'features.csv': ids.map(id => `${id},${id},"f","${name}"`),
    'styles.csv': ids.map(id => `${id},${id},"${name}",null,1,1`),
    'questions.csv': ids.map(id => `${id},${id},"${name}",1,"n","e@x.com",0,0`),
    'answers.csv': ids.map(id => `${id},${id},"${name}",1,"n","e@x.com",0,0`),
  });
}

/** Reads a product as the app does, by one named statement over several tables: all its texts, each once. */
async function read(reader: Client, product: number): Promise<string> {
  const { rows } = await reader.query({
    name: 'read',
    text: `select summary::json ->> 'name', features::json -> 0 ->> 'value', styles::json -> 'results' -> 0 ->> 'name',
                  (select body from qa.question where product_id = $1),
                  (select body from qa.answer where product_id = $1)
             from catalogue.product where product_id = $1`,
    values: [product],
    rowMode: 'array',
  });
  return [...new Set(rows.flat())].join();
}

test('while one import follows another no read fails or sees half of one', async () => {
  const folders = await Promise.all(['two', 'one'].map(generation));
  let isOver = false;
  const seen = new Set<string>();
  const reading = readers.map(async (reader, offset) => {
    for (let round = offset; !isOver; round++) seen.add(await read(reader, 1 + (round % products)));
  });
  for (const folder of [...folders, ...folders]) await load(folder);
  isOver = true;
  await Promise.all(reading);
  expect([...seen].sort()).toEqual(['one', 'two']);
}, 30_000);

test('no read waits for the swap', async () => {
  const owner = new Client(database.owner);
  await owner.connect();
  await createNext(owner, 'catalogue');
  await createNext(owner, 'qa');
  const reads: string[] = [];
  const readNow = async () => {
    for (const reader of readers) {
      await reader.query('set statement_timeout = 1000');
      reads.push(await read(reader, 1));
    }
  };
  await swap(before(owner, 'commit', readNow), {
    schemas: ['catalogue', 'qa'],
    discardUserRows: false,
    migration: await latestMigration(owner),
  });
  await owner.end();
  expect(reads).toEqual(['one', 'one', 'one']);
  expect(await read(readers[0] as Client, 1)).toBe('');
});
