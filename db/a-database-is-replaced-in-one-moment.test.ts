import { Client } from 'pg';
import type { DatabaseSettings } from './environment.ts';
import { migrate } from './migrate.ts';
import { replaceDatabase } from './replace-database.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await run(database.owner, "insert into qa.question (product_id, body, asker_name) values (1, 'old', 'n')");
});
afterEach(() => database.drop());

async function run(settings: DatabaseSettings, statement: string) {
  const client = new Client(settings);
  client.on('error', () => {}); // it may be disconnected
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const questions = async () =>
  (await run(database.app, 'select body from qa.question')).map(({ body }) => body);
const databases = async () =>
  (
    await run(
      { ...database.owner, database: 'template1' },
      `select datname from pg_database where datname like '${database.owner.database}%'`,
    )
  ).map(({ datname }) => datname);

/** Migrates a database and adds one question. */
const fill = async (next: DatabaseSettings) => {
  await migrate(next, database.app.password);
  await run(next, "insert into qa.question (product_id, body, asker_name) values (1, 'new', 'n')");
};

it('a replaced database has the new contents, and no other database is left', async () => {
  await replaceDatabase(database.owner, fill);
  expect(await questions()).toEqual(['new']);
  expect(await databases()).toEqual([database.owner.database]);
});

it('the old database serves until the replacement, which disconnects its clients', async () => {
  const user = await database.connect('app');
  const disconnect = new Promise<Error>(resolve => user.on('error', resolve));
  await replaceDatabase(database.owner, async next => {
    await fill(next);
    expect((await user.query('select body from qa.question')).rows).toEqual([{ body: 'old' }]);
  });
  expect(await disconnect).toMatchObject({ code: '57P01' });
  expect(await questions()).toEqual(['new']);
});

it('a replacement succeeds while clients keep reconnecting', async () => {
  let isOver = false;
  const results = new Set<string>();
  const client = async () => {
    while (!isOver) {
      const result = await questions().catch(({ code }) => `failed with ${code}`);
      results.add(String(result));
    }
  };
  const clients = [1, 2, 3, 4].map(client);
  await replaceDatabase(database.owner, fill);
  isOver = true;
  await Promise.all(clients);
  expect([...results].filter(result => !result.startsWith('failed'))).not.toContain('');
  expect(await questions()).toEqual(['new']);
});

it('a failed replacement changes nothing, and the next one succeeds', async () => {
  const failing = replaceDatabase(database.owner, async next => {
    await fill(next);
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(await questions()).toEqual(['old']);
  await replaceDatabase(database.owner, fill);
  expect(await questions()).toEqual(['new']);
  expect(await databases()).toEqual([database.owner.database]);
});

it('concurrent replacements run one at a time', async () => {
  await Promise.all([1, 2, 3].map(() => replaceDatabase(database.owner, fill)));
  expect(await questions()).toEqual(['new']);
  expect(await databases()).toEqual([database.owner.database]);
});
