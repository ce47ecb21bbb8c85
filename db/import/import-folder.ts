import type { Client, ClientConfig } from 'pg';
import { refuseSmallDisk } from './disk.ts';
import { ImportFailure } from './failure.ts';
import { type FoundFile, type FoundSet, findSets } from './folder.ts';
import { LineList } from './line-list.ts';
import { type FileCount, type Lists, loadFile } from './load.ts';
import { countNext, createNext, fillNext } from './next-schema.ts';
import { type Progress, silent } from './progress.ts';
import { dropLeftOvers, importAlone } from './session.ts';
import { latestMigration, swap } from './swap.ts';
import { holdWrites, refuseUserRows } from './user-rows.ts';

export interface ImportRequest {
  readonly owner: ClientConfig;
  readonly folder: string;
  /** The file to list rejected lines in; lines that were repaired are listed beside it. */
  readonly rejects: string;
  /**
   * Whether rows that users wrote may be dropped; from then on to the end of the import none can be written.
   * Default: no, they stop the import, before it begins or in its end.
   */
  readonly discardUserRows?: boolean;
  readonly progress?: Progress;
  /** Gives up the import, until it swaps. */
  readonly signal?: AbortSignal;
}

/** What became of a file, and how long that took, its table and indexes included. */
export interface FileResult extends FileCount {
  readonly elapsed_s: number;
}

export interface ImportResult {
  readonly files: readonly FileResult[];
  /** The lists that have lines in them. */
  readonly rejects: string | undefined;
  readonly repairs: string | undefined;
  readonly elapsed_s: number;
}

/**
 * Imports the sets that a folder holds in the place of those that are served: builds each as a schema of its own,
 * checks it, and swaps them all at once. Safe while the app reads and writes.
 *
 * Throws ImportFailure for whatever can be expected to go wrong; what was served is untouched then.
 */
export async function importFolder(request: ImportRequest): Promise<ImportResult> {
  const begun = performance.now();
  const { owner, folder, signal, discardUserRows = false, progress = silent } = request;
  const sets = await findSets(folder);
  const schemas = sets.map(({ set }) => set.schema);
  const rejects = new LineList(request.rejects);
  const repairs = new LineList(request.rejects.replace(/(\.csv)?$/, '.repaired.csv'));
  return importAlone(owner, schemas, signal, async (client, swapNow) => {
    const migration = await latestMigration(client);
    if (await dropLeftOvers(client, schemas)) progress.note('Dropped what an earlier import had left.');
    await refuseSmallDisk(client, sets, progress);
    if (schemas.includes('qa')) await (discardUserRows ? holdWrites(client) : refuseUserRows(client));
    const files: FileResult[] = [];
    for (const set of sets) files.push(...(await buildNext(client, set, { rejects, repairs }, progress)));
    const listed = { rejects: await rejects.finish(), repairs: await repairs.finish() };
    swapNow();
    await swap(client, { schemas, discardUserRows, migration });
    await dropLeftOvers(client, schemas).catch(() =>
      progress.note('The old tables are still being read: the next import drops them.'),
    );
    return { files, ...listed, elapsed_s: (performance.now() - begun) / 1000 };
  });
}

/** Builds the next schema of a set, and checks that what was counted is what is there. */
async function buildNext(
  client: Client,
  { set, files }: FoundSet,
  lists: Lists,
  progress: Progress,
): Promise<FileResult[]> {
  await createNext(client, set.schema);
  const results: FileResult[] = [];
  for (const [position, load] of set.loads().entries()) {
    const found = files[position] as FoundFile;
    const begun = performance.now();
    progress.begin(found.file.name, found.bytes);
    const count = await loadFile(client, found, load, lists, progress.advance);
    progress.loaded();
    await fillNext(client, set.schema, load);
    const rows = await countNext(client, set.schema, load.table);
    if (rows !== count.imported || count.lines !== count.imported + count.rejected)
      throw new ImportFailure(
        `${count.name} does not add up: ${count.lines} lines, ${count.rejected} rejected, ${rows} rows in the table`,
      );
    const result = { ...count, elapsed_s: (performance.now() - begun) / 1000 };
    progress.end(result);
    results.push(result);
  }
  return results;
}
