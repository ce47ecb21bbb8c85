import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';

/**
 * An advisory lock: a migration holds it while it changes the schema, an import while it copies or swaps a schema. Any number, as
 * long as nothing else in the database locks it.
 */
export const migrationLock = 7_205_941;

/** What a transaction that takes table locks may wait, in milliseconds: every later read and write of the table waits, too. */
const wait_ms = {
  /**
   * An autovacuum gives way only after this time. PostgreSQL's default is 1,000 ms, and only a superuser may set less.
   * https://www.postgresql.org/docs/18/runtime-config-locks.html#GUC-DEADLOCK-TIMEOUT
   */
  deadlockCheck: 100,
  /** From then on. With the check, in all less than the time in which the app must answer a read. */
  afterwards: 400,
  /** For the client's next statement: one that was stopped, or whose network was cut, keeps its locks no longer. */
  idle: 2_000,
};
/** Between two attempts, in milliseconds: longer each time, so that the reads and writes that waited run in between. */
const pauses_ms = { step: 250, most: 5_000 };

/** The server did not confirm the commit, so the transaction may have been committed or not. */
export class UncertainCommit extends Error {}

export interface Patience {
  /** How long to make new attempts, in milliseconds. */
  readonly patience_ms: number;
  /** Ends the attempts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` in a transaction that waits for each lock for half a second at most, and runs it anew until it has all its locks.
 * `work` returns false to be run anew. Returns false when the patience ended; nothing is changed then.
 *
 * Throws UncertainCommit when the server did not confirm the commit. After any other error nothing is changed.
 */
export async function withShortWaits(
  client: Client,
  { patience_ms, signal }: Patience,
  work: () => Promise<boolean>,
): Promise<boolean> {
  const end = performance.now() + patience_ms;
  for (let attempt = 1; performance.now() < end; attempt++) {
    signal?.throwIfAborted();
    if (await attemptOnce(client, work)) return true;
    await sleep(Math.min(attempt * pauses_ms.step, pauses_ms.most));
  }
  return false;
}

async function attemptOnce(client: Client, work: () => Promise<boolean>): Promise<boolean> {
  await client.query('begin');
  try {
    await limitWaits(client);
    if (!(await work())) {
      await client.query('rollback');
      return false;
    }
  } catch (error) {
    await client.query('rollback').catch(() => {}); // The server rolled back when the connection broke.
    if (isLockMissed(error)) return false;
    throw error;
  }
  await client.query('commit').catch(cause => {
    throw isRefusal(cause) ? cause : new UncertainCommit('The server did not confirm the commit', { cause });
  });
  return true;
}

/** Sets the limits of the current transaction. Without the right to set deadlock_timeout the waits are a second longer. */
async function limitWaits(client: Client): Promise<void> {
  await client.query(`set local idle_in_transaction_session_timeout = ${wait_ms.idle}`);
  await client.query(
    `select set_config('deadlock_timeout', '${wait_ms.deadlockCheck}ms', true)
      where has_parameter_privilege('deadlock_timeout', 'SET')`,
  );
  await client.query(
    `select set_config('lock_timeout', (setting::integer + ${wait_ms.afterwards})::text, true)
       from pg_settings where name = 'deadlock_timeout'`,
  );
}

/** Whether a lock was not to be had in time, or would have meant a deadlock. */
export function isLockMissed(error: unknown): boolean {
  return error instanceof DatabaseError && ['55P03', '40P01'].includes(error.code ?? '');
}

/** Whether the server rolled back instead: it says so in any error but that it ends the connection (57P). */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && !error.code?.startsWith('57P');
}
