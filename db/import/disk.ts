import type { Client } from 'pg';
import { ImportFailure } from './failure.ts';
import type { FoundSet } from './folder.ts';
import type { Progress } from './progress.ts';

/** Bytes of staged rows for a byte of a data file, and once more while they are sorted: of the real set's mix. */
const stagedGrowth = 1.25;

/** POSIX, so that every image and machine has it. A server process works in the data directory: that disk is meant. */
const diskFree = 'df -Pk .';

/**
 * The bytes that an import takes at its worst moment, beside what is served: a set's rows staged and sorted, its new
 * tables and those of the set before it, and the log of what it writes. For the real set, of 4.5 GB, this says
 * 11.8 GB, and the import took 9.9.
 */
export function neededBytes(sets: readonly FoundSet[], maxLogBytes: number): number {
  let tables = 0;
  let worst = 0;
  for (const { set, files } of sets) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    tables += set.growth * bytes;
    worst = Math.max(worst, tables + 2 * stagedGrowth * bytes);
  }
  return worst + Math.min(tables, maxLogBytes);
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
