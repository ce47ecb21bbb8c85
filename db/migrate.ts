import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabaseSettings } from './environment.ts';

/** Any number, as long as nothing else in the database locks it: one migration at a time. */
const migrationLock = 7_205_941;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to date: applies, in order, the files of db/migrations that the database has not seen,
 * each in a transaction of its own, and gives the app's role its password. Safe to run again and by several at
 * once (the others wait). Returns the names of the migrations it applied.
 *
 * Throws when a migration that was applied has since been changed or removed.
 */
export async function migrate(owner: DatabaseSettings, appPassword: string): Promise<string[]> {
  const client = new Client(owner);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const applied = await applyMissing(client);
    await setAppPassword(client, appPassword);
    return applied;
  } finally {
    await client.end();
  }
}

async function applyMissing(client: Client): Promise<string[]> {
  await client.query(`
    create table if not exists public.migration (
      number     integer primary key,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query('select number, name, checksum from public.migration order by number');
  const known = new Map<number, { name: string; checksum: string }>(rows.map(row => [row.number, row]));
  const migrations = readMigrations();
  for (const [number, { name, checksum }] of known) {
    if (migrations.find(migration => migration.number === number)?.checksum !== checksum) {
      throw new Error(
        `Migration ${name} was applied to this database and has been changed or removed since.`,
      );
    }
  }
  const missing = migrations.filter(({ number }) => !known.has(number));
  for (const migration of missing) await apply(client, migration);
  return missing.map(({ name }) => name);
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, 'migrations');
  const names = readdirSync(folder).filter(name => /^\d{3}_\w+\.sql$/.test(name));
  return names.sort().map(name => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return {
      number: Number(name.slice(0, 3)),
      name,
      sql,
      checksum: createHash('sha256').update(sql).digest('hex'),
    };
  });
}

async function apply(client: Client, { number, name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into public.migration (number, name, checksum) values ($1, $2, $3)', [
      number,
      name,
      checksum,
    ]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new Error(`Migration ${name} failed and changed nothing.`, { cause });
  }
}

async function setAppPassword(client: Client, password: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter role elier_app login password %L', $1::text) as statement`,
    [password],
  );
  for (const { statement } of rows) await client.query(statement);
}
