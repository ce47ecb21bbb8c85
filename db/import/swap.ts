import type { Client } from 'pg';
import { migrationLock, type Patience, UncertainCommit, withShortWaits } from '../locks.ts';
import { ImportFailure, UncertainSwap } from './failure.ts';
import { nextOf, oldOf } from './next-schema.ts';
import { appliedMigrations } from './schema-version.ts';
import { refuseUserRows, userTables } from './user-rows.ts';

export interface Swap extends Patience {
  readonly schemas: readonly string[];
  readonly discardUserRows: boolean;
  /** The migrations that had been applied when the next schemas were made. */
  readonly migrations: string;
}

/**
 * Puts the next schemas in the place of the served ones, all in one transaction. Only names change, and a prepared
 * statement looks them up again.
 *
 * Writers are held for the moment between the last look at what users wrote and the commit; a write that waited goes
 * to the new table. Readers of questions and answers are held while the names change: they find the question first,
 * so none has the old questions with the new answers. The catalogue is one table, and its readers go on. A migration that
 * begins waits for the commit, and one that runs is waited for.
 */
export async function swap(client: Client, swap: Swap): Promise<void> {
  const { schemas, discardUserRows, migrations } = swap;
  let isMigrating = false;
  const isSwapped = await withShortWaits(client, swap, async () => {
    // Before any lock of a table: a migration that has it may need those.
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

/** Takes the migration lock until the end of the transaction, if nobody has it. */
async function tryMigrationLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ isLocked: boolean }>(
    `select pg_try_advisory_xact_lock(${migrationLock}) as "isLocked"`,
  );
  return rows[0]?.isLocked ?? false;
}
