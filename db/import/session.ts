import { Client, type ClientConfig } from 'pg';
import { asFailure, ImportFailure } from './failure.ts';
import { nextOf, oldOf } from './next-schema.ts';
import { releaseWrites } from './user-rows.ts';

/** All schemas that imports swap. */
const swapped = ['catalogue', 'qa', 'idempotency'];

/** An advisory lock that allows one import at a time. Any number that nothing else in the database uses. */
const importLock = 7_205_942;

/** Longer than an autovacuum takes to yield, in seconds. */
const lockTimeout_s = 10;

/** Settings of the import's session. */
const settings = {
  application_name: 'elier import',
  // Indexes are built one at a time, within a fixed share of the 1 GiB host. Each query sets its own work_mem.
  maintenance_work_mem: '64MB',
  // Merging sorted inputs takes little memory. With hash tables over all rows the server is OOM-killed.
  enable_hashagg: 'off',
  enable_hashjoin: 'off',
  // A step may take minutes, as may reading a file between two statements.
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  lock_timeout: `${lockTimeout_s}s`,
  // If the importer crashes, its server process stops soon, even amid a sort, and releases the lock.
  client_connection_check_interval: '1s',
};

/** Connects as the owner, for one import. Throws ImportFailure when the database cannot be reached. */
async function connect(owner: ClientConfig): Promise<Client> {
  const client = new Client({ ...owner, connectionTimeoutMillis: lockTimeout_s * 1000 });
  // A broken connection also fails the current or next statement, so this event adds nothing.
  client.on('error', () => {});
  try {
    await client.connect();
    for (const [name, value] of Object.entries(settings))
      await client.query('select set_config($1, $2, false)', [name, value]);
    return client;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ImportFailure(`The database cannot be reached (${message || code})`, { cause });
  }
}

/** The work of an import under its lock. It calls `swapNow` before the swap, which can no longer be aborted. */
type Work<T> = (client: Client, swapNow: () => void) => Promise<T>;

/**
 * Runs an import under the import lock. `signal` aborts it. Drops the unfinished tables after a failure. Throws
 * ImportFailure when another import is running.
 */
export async function importAlone<T>(
  owner: ClientConfig,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  const client = await connect(owner);
  // Closing the connection fails the statement in flight, or the next one.
  const abort = () => void client.end();
  let isLocked = false;
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [importLock]);
    isLocked = rows[0].locked;
    if (!isLocked) throw new ImportFailure('Another import is running');
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    return await work(client, () => {
      signal?.throwIfAborted();
      signal?.removeEventListener('abort', abort);
    });
  } catch (error) {
    await client.end();
    if (isLocked) await dropUnfinished(owner).catch(() => {}); // The next import drops it.
    throw asFailure(error, signal);
  } finally {
    signal?.removeEventListener('abort', abort);
    await client.end();
  }
}

/** Drops the schemas that earlier imports left behind. Returns whether there were any. */
export async function dropLeftOvers(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ nspname: string }>(
    'select nspname from pg_namespace where nspname = any($1)',
    [swapped.flatMap(schema => [nextOf(schema), oldOf(schema)])],
  );
  for (const { nspname } of rows) await client.query(`drop schema ${nspname} cascade`);
  return rows.length > 0;
}

async function dropUnfinished(owner: ClientConfig): Promise<void> {
  const client = await connect(owner);
  try {
    await client.query('select pg_advisory_lock($1)', [importLock]);
    for (const schema of swapped) await client.query(`drop schema if exists ${nextOf(schema)} cascade`);
    await releaseWrites(client);
  } finally {
    await client.end();
  }
}
