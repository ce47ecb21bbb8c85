import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createNext } from './next-schema.ts';
import { appliedMigrations } from './schema-version.ts';
import { swap } from './swap.ts';
import { before } from './testing/before.ts';
import { fullFolder, importFrom } from './testing/data-folder.ts';

let database: TestDatabase;
let readers: Client[];

beforeAll(async () => {
  database = await createTestDatabase();
  readers = await Promise.all([1, 2, 3].map(() => database.connect('app')));
  await load(await generation('one'));
});

afterAll(() => database.drop());

const load = (folder: string) => importFrom(folder, database.owner);

const products = 500;

/** A data set whose texts all contain the name of the generation. */
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

/** Reads a product as the app does, by one named statement over several tables. Returns its distinct texts. */
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

test('during repeated imports no read fails or sees a mix of two sets', async () => {
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

describe('at the moment of the swap', () => {
  let owner: Client;
  beforeEach(async () => {
    owner = await database.connect();
    await createNext(owner, 'catalogue');
    await createNext(owner, 'qa');
    await owner.query(`
      insert into catalogue_next.product values (1, 1, '{"name":"next"}', '[]', '{}', '[]');
      insert into qa_next.question (product_id, question_id, body, asker_name, asker_email) values (1, 1, 'next', 'n', 'e');
      insert into qa_next.answer (product_id, question_id, body, answerer_name, answerer_email) values (1, 1, 'next', 'n', 'e')`);
  });
  afterEach(async () => {
    await owner.query('drop schema catalogue_old cascade; drop schema qa_old cascade');
    await owner.query(
      'update qa.question set user_written = false; update qa.answer set user_written = false',
    );
    await load(await generation('one'));
  });

  const swapAll = async (client: Client, patience_ms = 5_000, signal?: AbortSignal) =>
    swap(client, {
      schemas: ['catalogue', 'qa'],
      discardUserRows: false,
      migrations: await appliedMigrations(client),
      patience_ms,
      signal,
    });
  const textOf = async (reader: Client, text: string) => (await reader.query(text)).rows[0]?.text;
  const catalogueText = `select summary::json ->> 'name' as text from catalogue.product where product_id = 1`;
  const questionText = 'select body as text from qa.question where product_id = 1';
  const answerText = 'select body as text from qa.answer where product_id = 1';
  const reader = (index: number) => readers[index] as Client;

  test('a read of the catalogue does not wait, and a read of questions waits for the new ones', async () => {
    const catalogue: string[] = [];
    const questions: Promise<string>[] = [];
    const readNow = async () => {
      catalogue.push(await textOf(reader(0), catalogueText));
      questions.push(textOf(reader(1), questionText), textOf(reader(2), questionText));
    };
    await swapAll(before(owner, 'commit', readNow));
    expect(catalogue).toEqual(['one']);
    expect(await Promise.all(questions)).toEqual(['next', 'next']);
    expect(await textOf(reader(0), catalogueText)).toBe('next');
  });

  test('a long transaction of a reader stops the swap, and the old data stays', async () => {
    await reader(0).query('begin');
    expect(await textOf(reader(0), questionText)).toBe('one');
    await expect(swapAll(owner, 1_000)).rejects.toThrow('kept the tables of questions and answers locked');
    await expect(swapAll(owner, 5_000, AbortSignal.timeout(300))).rejects.toThrow('timeout');
    expect(await textOf(reader(1), catalogueText)).toBe('one');
    await reader(0).query('commit');
    await swapAll(owner);
    expect(await textOf(reader(1), questionText)).toBe('next');
  });

  test('a read that has found its question finds the answers of the same set', async () => {
    await reader(0).query('begin');
    expect(await textOf(reader(0), questionText)).toBe('one');
    const swapping = swapAll(owner);
    await sleep(800); // Longer than one attempt of the swap.
    expect(await textOf(reader(0), answerText)).toBe('one');
    await reader(0).query('commit');
    await swapping;
    expect(await textOf(reader(0), answerText)).toBe('next');
  });
});
