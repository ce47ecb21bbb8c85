import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { migrationLock } from '../locks.ts';
import { migrate } from '../migrate.ts';
import { silent } from '../progress.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { undo007, undo008, undo009 } from '../testing/undo.ts';
import type { ImportRequest } from './import-folder.ts';
import { createNext } from './next-schema.ts';
import { appliedMigrations } from './schema-version.ts';
import { swap } from './swap.ts';
import { catalogueFolder, fullFolder, importFrom } from './testing/data-folder.ts';

let database: TestDatabase;
let owner: Client;
let migration: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  migration = await database.connect();
  await load(await fullFolder({ 'product.csv': ['1,"served","s","d","c",1'] }));
});
afterEach(() => database.drop());

const load = (folder: string, more: Partial<ImportRequest> = {}) => importFrom(folder, database.owner, more);
const next = () => catalogueFolder({ 'product.csv': ['1,"next","s","d","c",1'] });
const served = async () =>
  (await owner.query(`select summary::json ->> 'name' as name from catalogue.product`)).rows[0]?.name;
const hasColumn = async () => {
  const { rowCount } = await owner.query(
    `select from pg_attribute where attrelid = 'catalogue.product'::regclass and attname = 'added'`,
  );
  return rowCount === 1;
};

/** Runs the steps of db/migrate.ts before its commit. */
async function beginMigration(): Promise<void> {
  await migration.query('select pg_advisory_lock($1)', [migrationLock]);
  await migration.query(`
    begin;
    alter table catalogue.product add added text;
    insert into public.migration (number, name, checksum) values (99, '099_added.sql', '')`);
}
async function endMigration(end: 'commit' | 'rollback'): Promise<void> {
  await migration.query(end);
  await migration.query('select pg_advisory_unlock($1)', [migrationLock]);
}

describe('a swap during a migration of the catalogue', () => {
  beforeEach(async () => {
    await createNext(owner, 'catalogue');
    await owner.query(
      `insert into catalogue_next.product values (1, 1, '{"name":"next"}', '[]', '{}', '[]')`,
    );
  });
  const swapCatalogue = async (patience_ms: number) =>
    swap(owner, {
      schemas: ['catalogue'],
      discardUserRows: false,
      migrations: await appliedMigrations(owner),
      patience_ms,
    });

  it('waits, and then refuses to replace the altered table', async () => {
    await beginMigration();
    const swapping = expect(swapCatalogue(10_000)).rejects.toThrow(
      'The schema was migrated while the import ran; the served data is unchanged.',
    );
    await sleep(600);
    await endMigration('commit');
    await swapping;
    expect([await served(), await hasColumn()]).toEqual(['served', true]);
    expect(await appliedMigrations(owner)).toMatch(/ 99$/);
  });

  it('waits, and continues when the migration fails', async () => {
    const before = await appliedMigrations(owner);
    await beginMigration();
    const swapping = swapCatalogue(10_000);
    await sleep(600);
    await endMigration('rollback');
    await swapping;
    expect([await served(), await hasColumn()]).toEqual(['next', false]);
    expect(await appliedMigrations(owner)).toBe(before);
  });

  it('reports that a migration does not end', async () => {
    await beginMigration();
    await expect(swapCatalogue(500)).rejects.toThrow('A migration is running; the served data');
    await endMigration('rollback');
    expect(await served()).toBe('served');
  });
});

test.each([
  ['newest', undo009, '009_data_set_names.sql'],
  ['out-of-order', undo007, '007_no_email.sql'],
])('an import fails when the %s migration is applied during its run', async (_, undo, name) => {
  await undo(owner);
  let migrating: Promise<string[]> | undefined;
  const begin = () => {
    migrating ??= migrate(database.owner, database.app.password);
  };
  await expect(load(await next(), { progress: { ...silent, begin } })).rejects.toThrow(
    'The schema was migrated while the import ran; the served data is unchanged.',
  );
  expect(await migrating).toEqual([name]);
  expect(await served()).toBe('served');
});

it('an import waits for the end of a migration, and copies the migrated tables', async () => {
  await beginMigration();
  const importing = load(await next());
  await sleep(300);
  await endMigration('commit');
  await importing;
  expect([await served(), await hasColumn()]).toEqual(['next', true]);
});

it('an import reports that a migration does not end', async () => {
  await beginMigration();
  await expect(load(await next())).rejects.toThrow('A migration is running; the served data');
  await endMigration('rollback');
});

it('a migration waits until an import has copied the tables', async () => {
  await undo008(owner);
  await migration.query('begin; lock table catalogue.product in access exclusive mode');
  const importing = load(await fullFolder({})).catch(({ message }) => message);
  const isCopying = async () =>
    (await owner.query(`select to_regnamespace('catalogue_next') as it`)).rows[0].it !== null;
  while (!(await isCopying())) await sleep(10);
  const migrating = migrate(database.owner, database.app.password);
  await sleep(300);
  expect(await appliedMigrations(owner)).not.toMatch(/ 8 /);
  await migration.query('commit');
  expect(await migrating).toEqual(['008_by_helpfulness.sql']);
  // The swap and the migration may come in either order.
  await importing;
  const { rows } = await owner.query(`select to_regclass('qa.question_by_helpfulness')::text as index`);
  expect(rows).toEqual([{ index: 'qa.question_by_helpfulness' }]);
});
