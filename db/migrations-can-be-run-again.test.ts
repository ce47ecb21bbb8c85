import { Client } from 'pg';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

let database: TestDatabase;
let owner: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
});
afterEach(() => database.drop());

const names = [
  '001_roles.sql',
  '002_catalogue.sql',
  '003_qa.sql',
  '004_catalogue_as_documents.sql',
  '005_photos_in_their_answer.sql',
  '006_idempotency.sql',
  '007_no_email.sql',
  '008_by_helpfulness.sql',
  '009_data_set_names.sql',
];
const toEmpty = () =>
  owner.query(
    'drop schema catalogue cascade; drop schema qa cascade; drop schema idempotency cascade; drop table public.migration',
  );
const run = () => migrate(database.owner, database.app.password);

it('each migration is applied once, in order', async () => {
  await toEmpty();
  expect(await run()).toEqual(names);
  expect(await run()).toEqual([]);
});

it('one of several concurrent runs applies the migrations', async () => {
  await toEmpty();
  const applied = await Promise.all([run(), run(), run()]);
  expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([names, [], []]);
});

it('a changed migration that was already applied is refused', async () => {
  await owner.query("update public.migration set checksum = 'other' where number = 2");
  await expect(run()).rejects.toThrow('002_catalogue.sql was applied to this database and has been changed');
});

it('a failed migration changes nothing', async () => {
  await toEmpty();
  await owner.query('create schema qa');
  await expect(run()).rejects.toThrow(
    'Migration 003_qa.sql failed and changed nothing: schema "qa" already exists.',
  );
  const { rows } = await owner.query('select name from public.migration order by number');
  expect(rows.map(({ name }) => name)).toEqual(names.slice(0, 2));
  await owner.query('drop schema qa');
  expect(await run()).toEqual(names.slice(2));
});

it("each run sets the app's password, even when no migration is missing", async () => {
  const hash = async () =>
    (await owner.query("select rolpassword from pg_authid where rolname = 'elier_app'")).rows[0].rolpassword;
  const before = await hash(); // salted, so setting the same password changes the hash
  expect(await run()).toEqual([]);
  expect(await hash()).not.toBe(before);
  await expect(new Client({ ...database.app, password: 'wrong' }).connect()).rejects.toThrow('password');
  await database.connect('app');
});
