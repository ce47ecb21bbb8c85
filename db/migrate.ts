import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type DatabaseError } from 'pg';
import type { DatabaseSettings } from './environment.ts';
import { migrationLock, UncertainCommit, withShortWaits } from './locks.ts';

/** The time limit for a migration's locks, in milliseconds. A forgotten transaction ends after 60 s. */
const defaultPatience_ms = 120_000;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
  readonly breaksEarlier: boolean;
}

/** The header of a migration on whose schema earlier releases cannot run. Without it they run on. */
const breakingHeader = /^-- Breaks earlier releases\b/m;

/** The schema cannot be brought up to date. The message names the migration and says what to do. */
export class MigrationFailure extends Error {}

const orDeleteAll = 'or delete all data with make reset (TARGET=dev: the data of make dev)';

/**
 * Brings the schema up to date: applies the missing files of db/migrations in order, each in its own transaction, and
 * sets the password of the app's role. Safe to repeat and to run concurrently. Returns the names of the applied
 * migrations.
 *
 * A migration waits at most half a second for each lock, because all later reads wait behind it. Then it is repeated.
 *
 * A schema of a later release is accepted if each of its further migrations keeps earlier releases working.
 *
 * Throws MigrationFailure for a migration that fails or does not get its locks within `patience_ms`, for an applied one
 * that was changed, for one of a later release that breaks this one, and for an invalid file name.
 */
export async function migrate(
  owner: DatabaseSettings,
  appPassword: string,
  patience_ms = defaultPatience_ms,
): Promise<string[]> {
  return connected(owner, async client => {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const missing = await missingMigrations(client);
    for (const migration of missing) await apply(client, migration, patience_ms);
    await setAppPassword(client, appPassword);
    return missing.map(({ name }) => name);
  });
}

/** The names of the migrations that `migrate` would apply and that break earlier releases. Applies none. */
export async function pendingBreaks(owner: DatabaseSettings): Promise<string[]> {
  const missing = await connected(owner, missingMigrations);
  return missing.filter(({ breaksEarlier }) => breaksEarlier).map(({ name }) => name);
}

async function connected<Result>(
  owner: DatabaseSettings,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(owner);
  // A broken connection also fails the current or next statement, so this event adds nothing.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function missingMigrations(client: Client): Promise<Migration[]> {
  await createRecord(client);
  const { rows: applied } = await client.query<Omit<Migration, 'sql'>>(
    'select number, name, checksum, breaks_earlier as "breaksEarlier" from public.migration order by number',
  );
  const migrations = readMigrations();
  for (const one of applied) checkApplied(one, migrations);
  const known = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !known.has(number));
}

async function createRecord(client: Client): Promise<void> {
  await client.query(`
    create table if not exists public.migration (
      number     integer primary key,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rowCount } = await client.query(
    "select from pg_attribute where attrelid = 'public.migration'::regclass and attname = 'breaks_earlier'",
  );
  if (rowCount === 0)
    await client.query('alter table public.migration add breaks_earlier boolean not null default false');
}

function checkApplied(
  { number, name, checksum, breaksEarlier }: Omit<Migration, 'sql'>,
  migrations: readonly Migration[],
): void {
  const migration = migrations.find(one => one.number === number);
  const wasApplied = `Migration ${name} was applied to this database and`;
  if (!migration && breaksEarlier)
    throw new MigrationFailure(
      `${wasApplied} breaks releases that do not have it, such as this one: use a later one, restore a backup from before it, ${orDeleteAll}.`,
    );
  if (migration && migration.checksum !== checksum)
    throw new MigrationFailure(
      `${wasApplied} has been changed since: restore it and add a new migration instead, ${orDeleteAll}.`,
    );
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, 'migrations');
  const names = readdirSync(folder)
    .filter(name => /^\d.*[^~]$|\.sql$/i.test(name)) // without backup files of editors
    .sort();
  names.forEach(checkName);
  return names.map(name => {
    const sql = readFileSync(join(folder, name), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    return { number: numberOf(name), name, sql, checksum, breaksEarlier: breakingHeader.test(sql) };
  });
}

const numberOf = (name: string) => Number(name.slice(0, 3));

function checkName(name: string, index: number, names: readonly string[]): void {
  if (!/^\d{3}_\w+\.sql$/.test(name))
    throw new MigrationFailure(
      `db/migrations/${name} must be named with three digits, an underscore and words, such as 007_wish_lists.sql.`,
    );
  const before = names[index - 1];
  if (before && numberOf(before) === numberOf(name))
    throw new MigrationFailure(`db/migrations has two migrations of one number: ${before} and ${name}.`);
}

async function apply(client: Client, migration: Migration, patience_ms: number): Promise<void> {
  const { number, name, sql, checksum, breaksEarlier } = migration;
  const isApplied = await withShortWaits(client, { patience_ms }, async () => {
    await client.query(sql);
    await client.query(
      'insert into public.migration (number, name, checksum, breaks_earlier) values ($1, $2, $3, $4)',
      [number, name, checksum, breaksEarlier],
    );
    return true;
  }).catch(cause => {
    throw failureOf(migration, cause);
  });
  if (!isApplied)
    throw new MigrationFailure(
      `Migration ${name} changed nothing: other sessions kept its tables locked for ${patience_ms / 1000} s. Run it again when they have ended.`,
    );
}

function failureOf({ name, sql }: Migration, cause: DatabaseError | UncertainCommit): MigrationFailure {
  if (cause instanceof UncertainCommit)
    return new MigrationFailure(
      `The connection broke during the commit: migration ${name} is applied completely or not at all. Run it again to be sure.`,
      { cause },
    );
  const { message, position } = cause;
  const line = position ? ` at line ${sql.slice(0, Number(position)).split('\n').length}` : '';
  return new MigrationFailure(`Migration ${name} failed${line} and changed nothing: ${message}.`, { cause });
}

async function setAppPassword(client: Client, password: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter role elier_app login password %L', $1::text) as statement`,
    [password],
  );
  for (const { statement } of rows) await client.query(statement);
}
