import type { Client, ClientConfig } from 'pg';
import { type Progress, silent } from '../progress.ts';
import type { DataFolder } from './data-folder.ts';
import type { DataSet } from './data-set.ts';
import { refuseSmallDisk } from './disk.ts';
import { ImportFailure } from './failure.ts';
import { type FoundFile, type FoundSet, findSets } from './folder.ts';
import { LineList } from './line-list.ts';
import { buildTable, createEmptyNext, createNext, rowOfNext } from './next-schema.ts';
import type { FileResult, ImportResult, SetResult, TableResult } from './results.ts';
import { appliedMigrations, betweenMigrations } from './schema-version.ts';
import { dropLeftOvers, importAlone } from './session.ts';
import { type Lists, stageFile } from './stage-file.ts';
import { swap } from './swap.ts';
import { holdWrites, refuseUserRows } from './user-rows.ts';

/** The time limit for the swap, in milliseconds. A forgotten transaction ends after 60 s (`postgres.conf`). */
const patience_ms = 600_000;

export interface ImportRequest {
  readonly owner: ClientConfig;
  readonly folder: DataFolder;
  /** The path of the list of rejected lines. The list of repaired lines is written beside it. */
  readonly rejects: string;
  /**
   * Whether the import may drop rows that users wrote. If so, all writes fail until the import ends. Default: no. The
   * import then fails when there are such rows, at its start or before the swap.
   */
  readonly discardUserRows?: boolean;
  readonly progress?: Progress;
  /** Aborts the import. Has no effect once the swap has started. */
  readonly signal?: AbortSignal;
}

/**
 * Replaces the served data sets by those of a folder: builds each as a new schema, checks it, and swaps all in one
 * transaction. Safe while the app reads and writes.
 *
 * Throws ImportFailure for every expected error; the served data is then unchanged.
 */
export async function importFolder(request: ImportRequest): Promise<ImportResult> {
  const begun = performance.now();
  const { owner, folder, signal, discardUserRows = false, progress = silent } = request;
  const rejects = new LineList(request.rejects);
  const repairs = new LineList(request.rejects.replace(/(\.csv)?$/, '.repaired.csv'));
  for (const list of [rejects, repairs]) await list.refuseUnwritable();
  const { sets, furtherFiles } = await findSets(folder);
  const schemas = sets.flatMap(({ set }) => [set.schema, ...set.emptied]);
  return importAlone(owner, signal, async (client, swapNow) => {
    if (await dropLeftOvers(client)) progress.note('Dropped the leftovers of an earlier import.');
    await refuseSmallDisk(client, sets, progress);
    const migrations = await betweenMigrations(client, async () => {
      const applied = await appliedMigrations(client);
      if (schemas.includes('qa')) await (discardUserRows ? holdWrites(client) : refuseUserRows(client));
      for (const { set } of sets) await createNextOf(client, set);
      return applied;
    });
    const built: SetResult[] = [];
    for (const set of sets) built.push(await buildNext(client, set, { rejects, repairs }, progress));
    const listed = { rejects: await rejects.finish(), repairs: await repairs.finish() };
    swapNow();
    await swap(client, { schemas, discardUserRows, migrations, patience_ms, signal });
    await dropLeftOvers(client).catch(() =>
      progress.note('The old tables are still being read. The next import drops them.'),
    );
    return {
      files: built.flatMap(({ files }) => files),
      tables: built.flatMap(({ tables }) => tables),
      furtherFiles,
      ...listed,
      elapsed_s: secondsSince(begun),
    };
  });
}

async function createNextOf(client: Client, { schema, emptied }: DataSet): Promise<void> {
  await createNext(client, schema);
  for (const dependent of emptied) await createEmptyNext(client, dependent);
}

/** Fills the next schema of a set, and checks its row counts. */
async function buildNext(
  client: Client,
  found: FoundSet,
  lists: Lists,
  progress: Progress,
): Promise<SetResult> {
  const { set } = found;
  const files: FileResult[] = [];
  for (const [position, stage] of set.stages().entries()) {
    const file = found.files[position] as FoundFile;
    const begun = performance.now();
    progress.begin(file.name, file.bytes);
    const count = await stageFile(client, file, stage, lists, (bytes, lines) =>
      progress.advance(bytes, inLines(lines)),
    );
    const elapsed_s = secondsSince(begun);
    files.push({ ...count, elapsed_s });
    progress.end(`${inLines(count.lines)} in ${elapsed_s.toFixed(1)} s`);
  }
  const tables: TableResult[] = [];
  for (const build of set.tables) {
    const begun = performance.now();
    const name = `${set.schema}.${build.table}`;
    progress.begin(name);
    await buildTable(client, set.schema, build);
    const elapsed_s = secondsSince(begun);
    tables.push({ name, elapsed_s });
    progress.end(`built and indexed in ${elapsed_s.toFixed(1)} s`);
  }
  await client.query('discard temporary');
  await refuseLoss(client, set, files);
  return { files, tables };
}

/** Throws ImportFailure unless every line was counted, and every imported row is in the finished tables. */
async function refuseLoss(client: Client, set: DataSet, files: readonly FileResult[]): Promise<void> {
  const counts = await rowOfNext(client, set.schema, set.counts);
  for (const [position, { name, lines, imported, rejected }] of files.entries()) {
    const rows = Number(counts[position]);
    if (rows !== imported || lines !== imported + rejected)
      throw new ImportFailure(
        `${name} does not add up: ${lines} lines, ${rejected} rejected, ${rows} rows in the tables`,
      );
  }
}

function inLines(lines: number): string {
  return `${lines.toLocaleString('en')} lines`;
}

function secondsSince(begun_ms: number): number {
  return (performance.now() - begun_ms) / 1000;
}
