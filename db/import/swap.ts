import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { ImportFailure, UncertainSwap } from './failure.ts';
import { nextOf, oldOf } from './next-schema.ts';
import { refuseUserRows, userTables } from './user-rows.ts';

/**
 * How long the swap may wait for a running read or write, in milliseconds: those that come after it wait too. Shorter
 * than PostgreSQL's deadlock_timeout (1 s), so that when they wait for each other it is the swap that gives way, and
 * than the time in which a read must be answered.
 */
const lockTimeout_ms = 500;
/** Between attempts: longer each time, so that those who waited are served in between. */
const pauses_ms = { step: 250, most: 5_000 };

export interface Swap {
  readonly schemas: readonly string[];
  readonly discardUserRows: boolean;
  /** The migration that the next schemas were built after. */
  readonly migration: number;
  /** How long to try, in milliseconds: whoever has the tables open, in a transaction or a dump, may be long. */
  readonly patience_ms: number;
  /** Gives up between two attempts. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Puts the next schemas in the place of the served ones, all in one transaction. Only names change, and a prepared
 * statement looks them up again.
 *
 * Writers are held for the moment between the last look at what users wrote and the commit; a write that waited goes
 * to the new table. Readers of questions and answers are held while the names change: they find the question first,
 * so none has the old questions with the new answers. The catalogue is one table, and its readers go on.
 */
export async function swap(client: Client, swap: Swap): Promise<void> {
  const end = performance.now() + swap.patience_ms;
  for (let attempt = 1; performance.now() < end; attempt++) {
    swap.signal?.throwIfAborted();
    if (await trySwap(client, swap)) return;
    await sleep(Math.min(attempt * pauses_ms.step, pauses_ms.most));
  }
  throw new ImportFailure('Reads or writes kept the tables of questions and answers locked');
}

/** False when a lock was not to be had in time. */
async function trySwap(client: Client, { schemas, discardUserRows, migration }: Swap): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${lockTimeout_ms}`);
    if (schemas.includes('qa')) {
      await client.query(`lock table ${userTables} in exclusive mode`);
      if (!discardUserRows) await refuseUserRows(client);
    }
    if ((await latestMigration(client)) !== migration)
      throw new ImportFailure('The schema was migrated while the import ran');
    if (schemas.includes('qa')) await client.query('lock table qa.question in access exclusive mode');
    for (const schema of schemas) {
      await client.query(`alter schema ${schema} rename to ${oldOf(schema)}`);
      await client.query(`alter schema ${nextOf(schema)} rename to ${schema}`);
    }
  } catch (error) {
    await client.query('rollback');
    if ((error as { code?: string }).code === lockNotAvailable) return false;
    throw error;
  }
  await client.query('commit').catch(cause => {
    throw new UncertainSwap({ cause });
  });
  return true;
}

/** The number of the newest migration. Throws ImportFailure when the database has no schema yet. */
export async function latestMigration(client: Client): Promise<number> {
  try {
    const { rows } = await client.query('select max(number) as number from public.migration');
    return rows[0].number;
  } catch (cause) {
    if ((cause as { code?: string }).code !== undefinedTable) throw cause;
    throw new ImportFailure('The database has no schema yet: make up, or make dev, makes it', {
      cause,
    });
  }
}

const lockNotAvailable = '55P03';
const undefinedTable = '42P01';
