import type { Client } from 'pg';
import type { Progress } from '../progress.ts';
import { ImportFailure } from './failure.ts';
import type { FoundSet } from './folder.ts';

/** Bytes of staged rows per byte of the real data files. Sorting takes as much again. */
const stagedGrowth = 1.25;

/** POSIX options, which every image has. The server runs the program in its data directory, on the database's disk. */
const diskFree = 'df -Pk .';

/**
 * The peak disk use of an import, in addition to the served tables: a set's rows staged and sorted, its new tables and
 * those of the set before, and the write-ahead log. For the real set of 4.5 GB this gives 11.8 GB; measured: 9.9 GB.
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

/** Throws ImportFailure when the database's disk has too little free space for an import. */
export async function refuseSmallDisk(
  client: Client,
  sets: readonly FoundSet[],
  progress: Progress,
  program = diskFree,
): Promise<void> {
  const { rows } = await client.query(`select pg_size_bytes(current_setting('max_wal_size'))::float as log`);
  const needed = neededBytes(sets, rows[0].log);
  const free = await freeBytes(client, program).catch((error: Error) => {
    progress.note(`The free disk space was not checked (${error.message}).`);
    return Number.POSITIVE_INFINITY;
  });
  if (needed > free)
    throw new ImportFailure(
      `The import needs ${inGigabytes(needed)} of free disk space, and the database's disk has ${inGigabytes(free)}`,
    );
}

/** The free bytes of the database's disk. Throws when the server cannot run the program. */
async function freeBytes(client: Client, program: string): Promise<number> {
  await client.query('begin');
  try {
    await client.query('create temporary table disk (line text)');
    await client.query(`copy pg_temp.disk from program '${program}'`);
    const { rows } = await client.query<{ line: string }>('select line from pg_temp.disk');
    const [, kibibytes] = rows.map(({ line }) => / (\d+) +\d+% /.exec(line)).find(Boolean) ?? [];
    if (kibibytes === undefined) throw new Error(`"${program}" printed no free space`);
    return Number(kibibytes) * 1024;
  } finally {
    await client.query('rollback');
  }
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
