import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';

/**
 * An advisory lock. A migration holds it while it changes the schema, and an import while it copies or swaps a schema.
 * Any number that nothing else in the database uses.
 */
export const migrationLock = 7_205_941;

/**
 * Limits for a transaction that takes table locks, in milliseconds. All later reads and writes of the table wait behind
 * it.
 */
const wait_ms = {
  /**
   * An autovacuum yields only after this time. PostgreSQL's default is 1,000 ms, and only a superuser may change it.
   * https://www.postgresql.org/docs/18/runtime-config-locks.html#GUC-DEADLOCK-TIMEOUT
   */
  deadlockCheck: 100,
  /** The wait after this check. Both together are less than the app's time limit for a read. */
  afterwards: 400,
  /** The wait for the client's next statement. A suspended or disconnected client keeps its locks no longer. */
  idle: 2_000,
};
/** Pauses between attempts, in milliseconds. They grow, so that waiting reads and writes run in between. */
const pauses_ms = { step: 250, max: 5_000 };

/** The server did not confirm the commit, so the transaction may or may not be committed. */
export class UncertainCommit extends Error {}

export interface Patience {
  /** The time limit for new attempts, in milliseconds. */
  readonly patience_ms: number;
  /** Aborts the attempts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` in a transaction that waits at most half a second for each lock. Repeats the transaction when a lock is
 * not available, or when `work` returns false. Returns false after the time limit; then nothing has changed.
 *
 * Throws UncertainCommit when the server did not confirm the commit. After any other error nothing has changed.
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
    await sleep(Math.min(attempt * pauses_ms.step, pauses_ms.max));
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
    await client.query('rollback').catch(() => {}); // After a broken connection the server rolls back itself.
    if (isLockMissed(error)) return false;
    throw error;
  }
  await client.query('commit').catch(cause => {
    throw isRefusal(cause) ? cause : new UncertainCommit('The server did not confirm the commit', { cause });
  });
  return true;
}

/**
 * Sets the limits of the current transaction. Without the right to set deadlock_timeout, waits are about 1 s longer.
 */
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

/** Whether a lock timed out, or caused a deadlock. */
export function isLockMissed(error: unknown): boolean {
  return error instanceof DatabaseError && ['55P03', '40P01'].includes(error.code ?? '');
}

/** Whether the server rolled back instead of committing. It reports so with any error outside class 57P (shutdown). */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && !error.code?.startsWith('57P');
}
