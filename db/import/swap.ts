import type { Client } from 'pg';
import { migrationLock, type Patience, UncertainCommit, withShortWaits } from '../locks.ts';
import { ImportFailure, UncertainSwap } from './failure.ts';
import { nextOf, oldOf } from './next-schema.ts';
import { appliedMigrations } from './schema-version.ts';
import { refuseUserRows, userTables } from './user-rows.ts';

export interface Swap extends Patience {
  readonly schemas: readonly string[];
  readonly discardUserRows: boolean;
  /** The migrations that were applied when the next schemas were created. */
  readonly migrations: string;
}

/**
 * Replaces the served schemas by the next ones in one transaction. Only names change, and prepared statements look the
 * names up again.
 *
 * Writes wait between the last check for users' rows and the commit, and then go to the new tables. Reads of questions
 * and answers wait while the names change. They read the question first, so no read sees old questions with new
 * answers. The catalogue is a single table, so its reads do not wait. A swap and a migration wait for each other.
 */
export async function swap(client: Client, swap: Swap): Promise<void> {
  const { schemas, discardUserRows, migrations } = swap;
  let isMigrating = false;
  const isSwapped = await withShortWaits(client, swap, async () => {
    // Taken before any table lock, because a running migration may need the tables.
    isMigrating = !(await tryMigrationLock(client));
    if (isMigrating) return false;
    if (schemas.includes('qa')) {
      await client.query(`lock table ${userTables} in exclusive mode`);
      if (!discardUserRows) await refuseUserRows(client);
    }
    if ((await appliedMigrations(client)) !== migrations)
      throw new ImportFailure('The schema was migrated while the import ran');
    if (schemas.includes('qa')) await client.query('lock table qa.question in access exclusive mode');
    for (const schema of schemas) {
      await client.query(`alter schema ${schema} rename to ${oldOf(schema)}`);
      await client.query(`alter schema ${nextOf(schema)} rename to ${schema}`);
    }
    return true;
  }).catch(cause => {
    throw cause instanceof UncertainCommit ? new UncertainSwap({ cause }) : cause;
  });
  if (isSwapped) return;
  throw new ImportFailure(
    isMigrating
      ? 'A migration is running'
      : 'Reads or writes kept the tables of questions and answers locked',
  );
}

/** Takes the migration lock until the end of the transaction, if it is free. */
async function tryMigrationLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ isLocked: boolean }>(
    `select pg_try_advisory_xact_lock(${migrationLock}) as "isLocked"`,
  );
  return rows[0]?.isLocked ?? false;
}
