import { renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { integerFrom } from '../environment.ts';
import { type Progress, silent } from '../progress.ts';
import { dataSet, type PlannedFile } from './data-set.ts';
import type { DirtCounts } from './dirt.ts';
import type { FileName } from './files.ts';
import { checkFolder, scaleFrom, seeds } from './options.ts';
import { writeLines } from './writer.ts';

/** The counts of one written file. */
export interface FileReport {
  readonly name: FileName;
  /** Dirty rows included, the header not. */
  readonly rows: number;
  readonly bytes: number;
  readonly dirt: DirtCounts;
  /** How many of the rows an import must reject. */
  readonly expectedRejected: number;
}

export interface GenerateOptions {
  /** The folder to write to. It is created if it does not exist. */
  readonly out: string;
  /** The fraction of the real set's size, in (0, 1]. */
  readonly scale: number;
  /** A whole number, at least 0. The same seed and scale give the same bytes. */
  readonly seed: number;
  readonly progress?: Progress;
  /** Aborts the run, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Writes the nine files of a data set. The files get their names at the very end, so a run that fails or is aborted
 * leaves none. Throws SettingError, or the system's error when a file cannot be written.
 */
export async function generate(options: GenerateOptions): Promise<FileReport[]> {
  const { out, progress = silent, signal = new AbortController().signal } = options;
  const files = dataSet(scaleFrom(String(options.scale)), integerFrom('seed', String(options.seed), seeds));
  await checkFolder(out);
  await mkdir(out, { recursive: true });
  const part = (file: PlannedFile) => join(out, `${file.name}.part`);
  try {
    const reports: FileReport[] = [];
    for (const file of files) {
      progress.begin(file.name, file.rows);
      const bytes = await writeLines(part(file), file.lines(), {
        lineEnd: file.lineEnd,
        signal,
        written: lines => progress.advance(lines - 1), // without the header
      });
      reports.push(reportOf(file, bytes));
      progress.end(`${file.rows.toLocaleString('en')} rows, ${bytes.toLocaleString('en')} bytes`);
    }
    // Synchronous, so that no signal arrives between two renames.
    for (const file of files) renameSync(part(file), join(out, file.name));
    return reports;
  } catch (error) {
    // A failed removal must not hide the error that stopped the run.
    await Promise.allSettled(files.map(file => rm(part(file), { force: true })));
    throw error;
  }
}

function reportOf({ name, rows, dirt }: PlannedFile, bytes: number): FileReport {
  const expectedRejected = dirt.orphan + dirt.duplicate + dirt.zero;
  return { name, rows, bytes, dirt, expectedRejected };
}
