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
  client.on('error', () => {}); // it may be cut off
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

/** A migrated database with one question in it. */
const fill = async (next: DatabaseSettings) => {
  await migrate(next, database.app.password);
  await run(next, "insert into qa.question (product_id, body, asker_name) values (1, 'new', 'n')");
};

it('has the new contents, and nothing is left over', async () => {
  await replaceDatabase(database.owner, fill);
  expect(await questions()).toEqual(['new']);
  expect(await databases()).toEqual([database.owner.database]);
});

it('is the old one until then, and cuts off who still uses it', async () => {
  const user = new Client(database.app);
  const cutOff = new Promise<Error>(resolve => user.on('error', resolve));
  await user.connect();
  await replaceDatabase(database.owner, async next => {
    await fill(next);
    expect((await user.query('select body from qa.question')).rows).toEqual([{ body: 'old' }]);
  });
  expect(await cutOff).toMatchObject({ code: '57P01' });
  expect(await questions()).toEqual(['new']);
});

it('is replaced while clients connect again and again', async () => {
  let isOver = false;
  const answers = new Set<string>();
  const client = async () => {
    while (!isOver) {
      const answer = await questions().catch(({ code }) => `failed with ${code}`);
      answers.add(String(answer));
    }
  };
  const clients = [1, 2, 3, 4].map(client);
  await replaceDatabase(database.owner, fill);
  isOver = true;
  await Promise.all(clients);
  expect([...answers].filter(answer => !answer.startsWith('failed'))).not.toContain('');
  expect(await questions()).toEqual(['new']);
});

it('stays as it is when the new one cannot be filled, and what is left over does not matter', async () => {
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

it('is replaced by one at a time', async () => {
  await Promise.all([1, 2, 3].map(() => replaceDatabase(database.owner, fill)));
  expect(await questions()).toEqual(['new']);
  expect(await databases()).toEqual([database.owner.database]);
});
