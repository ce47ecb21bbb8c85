import { Client, type ClientConfig } from 'pg';
import { asFailure, ImportFailure } from './failure.ts';
import { nextOf, oldOf } from './next-schema.ts';
import { releaseWrites } from './user-rows.ts';

/** All schemas that imports swap. */
const swapped = ['catalogue', 'qa', 'idempotency'];

/** Any number, as long as nothing else in the database locks it: one import at a time. */
const importLock = 7_205_942;

/** Longer than an autovacuum takes to give way, in seconds. */
const lockTimeout_s = 10;

/** The import's own settings, for its session only. */
const settings = {
  application_name: 'elier import',
  // One index at a time, a fixed share of the 1 GiB host; what queries sort in is set for each.
  maintenance_work_mem: '64MB',
  // Sorted streams are merged in little memory. Hash tables over all rows outgrow the server, and it is killed.
  enable_hashagg: 'off',
  enable_hashjoin: 'off',
  // A step may take minutes, and so may the reading of a file between two statements.
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  lock_timeout: `${lockTimeout_s}s`,
  // When the importer goes away its server process soon stops, too, even amid a sort, and frees the lock.
  client_connection_check_interval: '1s',
};

/** Connects as the owner, for one import. Throws ImportFailure when the database cannot be reached. */
async function connect(owner: ClientConfig): Promise<Client> {
  const client = new Client({ ...owner, connectionTimeoutMillis: lockTimeout_s * 1000 });
  // A connection that breaks fails the statement that runs or comes next; this event tells nothing more.
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

/** What an import does under its lock. It calls `swapNow` before the swap: from then on it cannot be given up. */
type Work<T> = (client: Client, swapNow: () => void) => Promise<T>;

/**
 * Runs an import, as the only one; `signal` gives it up. When it fails, what it left unfinished is dropped. Throws ImportFailure when another import is running.
 */
export async function importAlone<T>(
  owner: ClientConfig,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  const client = await connect(owner);
  // Closes the connection, whatever it is doing: the statement under way, or the next one, fails.
  const giveUp = () => void client.end();
  let isLocked = false;
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [importLock]);
    isLocked = rows[0].locked;
    if (!isLocked) throw new ImportFailure('Another import is running');
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp);
    return await work(client, () => {
      signal?.throwIfAborted();
      signal?.removeEventListener('abort', giveUp);
    });
  } catch (error) {
    await client.end();
    if (isLocked) await dropUnfinished(owner).catch(() => {}); // The next import drops it.
    throw asFailure(error, signal);
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await client.end();
  }
}

/** Drops what any import left beside the served schemas. Returns whether there was anything. */
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
