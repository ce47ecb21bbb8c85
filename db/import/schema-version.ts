import type { Client } from 'pg';
import { isLockMissed, migrationLock } from '../locks.ts';
import { ImportFailure } from './failure.ts';

/**
 * Runs `work` while no migration runs; a new migration waits. Throws ImportFailure when a running migration takes too
 * long.
 */
export async function betweenMigrations<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('select pg_advisory_lock($1)', [migrationLock]).catch(cause => {
    throw isLockMissed(cause) ? new ImportFailure('A migration is running', { cause }) : cause;
  });
  const result = await work(); // After a failure the session ends, which releases the lock.
  await client.query('select pg_advisory_unlock($1)', [migrationLock]);
  return result;
}

/** The numbers of all applied migrations. Throws ImportFailure when the database has no schema yet. */
export async function appliedMigrations(client: Client): Promise<string> {
  try {
    const { rows } = await client.query<{ numbers: string }>(
      `select string_agg(number::text, ' ' order by number) as numbers from public.migration`,
    );
    return rows[0]?.numbers ?? '';
  } catch (cause) {
    if ((cause as { code?: string }).code !== undefinedTable) throw cause;
    throw new ImportFailure('The database has no schema yet: run make up, or make dev, to create it', {
      cause,
    });
  }
}

const undefinedTable = '42P01';
