import type { Client } from 'pg';
import { ImportFailure } from './failure.ts';
import type { FoundSet } from './folder.ts';
import type { Progress } from './progress.ts';

// Bytes on disk for a byte of a data file. At full size, 4.54 GB of files became 6.97 GB of tables and indexes: 1.66
// bytes for one of the catalogue, which has more and shorter rows, and 1.41 for one of questions and answers. The
// import took 11.2 GB at its worst moment, where this file says 13.6.
const growth = 1.7;
/** Of the largest files: staged rows have no index, and no more columns than the file. */
const stagedGrowth = 1.2;

/** POSIX, so that every image and machine has it. A server process works in the data directory: that disk is meant. */
const diskFree = 'df -Pk .';

/**
 * The bytes that an import takes at its worst moment, beside what is served: its new tables with their indexes, its
 * largest file as staged rows and once more as they are sorted, and the log of what it writes.
 */
export function neededBytes(sets: readonly FoundSet[], maxLogBytes: number): number {
  const sizes = sets.flatMap(({ files }) => files.map(({ bytes }) => bytes));
  const tables = growth * sizes.reduce((sum, bytes) => sum + bytes, 0);
  return tables + 2 * stagedGrowth * Math.max(...sizes) + Math.min(tables, maxLogBytes);
}

/** Throws ImportFailure when the database's disk has no room for an import. */
export async function refuseSmallDisk(
  client: Client,
  sets: readonly FoundSet[],
  progress: Progress,
  program = diskFree,
): Promise<void> {
  const { rows } = await client.query(`select pg_size_bytes(current_setting('max_wal_size'))::float as log`);
  const needed = neededBytes(sets, rows[0].log);
  const free = await freeBytes(client, program).catch((error: Error) => {
    progress.note(`Whether the disk has room was not checked (${error.message}).`);
    return Number.POSITIVE_INFINITY;
  });
  if (needed > free)
    throw new ImportFailure(
      `The import needs ${inGigabytes(needed)} of disk beside what is served, and ${inGigabytes(free)} is free`,
    );
}

/** The free bytes of the database's disk. Throws when the server has no such program or may not run it. */
async function freeBytes(client: Client, program: string): Promise<number> {
  await client.query('begin');
  try {
    await client.query('create temporary table disk (line text)');
    await client.query(`copy pg_temp.disk from program '${program}'`);
    const { rows } = await client.query<{ line: string }>('select line from pg_temp.disk');
    const [, kibibytes] = rows.map(({ line }) => / (\d+) +\d+% /.exec(line)).find(Boolean) ?? [];
    if (kibibytes === undefined) throw new Error(`"${program}" told no number`);
    return Number(kibibytes) * 1024;
  } finally {
    await client.query('rollback');
  }
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
