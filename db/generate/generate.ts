import { renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSet, type PlannedFile } from './data-set.ts';
import type { DirtCounts } from './dirt.ts';
import type { FileName } from './files.ts';
import { checkFolder, scaleFrom, seedFrom } from './options.ts';
import { writeLines } from './writer.ts';

/** What was written of one file. */
export interface FileReport {
  readonly name: FileName;
  /** Rows after the header, the dirty ones included. */
  readonly rows: number;
  readonly bytes: number;
  readonly dirt: DirtCounts;
  /** How many of the rows an import must reject; it keeps all others. */
  readonly expectedRejected: number;
}

/** Told how the run goes. */
export interface Progress {
  started(rowsInAll: number): void;
  /** About once a MiB. */
  wrote(rowsSoFar: number, name: FileName): void;
  finished(file: FileReport): void;
}

export interface GenerateOptions {
  /** The folder to write to; made if need be. */
  readonly out: string;
  /** The part of the real set's size, in (0, 1]. */
  readonly scale: number;
  /** Any whole number that is not negative; the same seed and scale give the same bytes. */
  readonly seed: number;
  readonly progress?: Progress;
  /** Aborting it stops the run, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Writes the nine data files of a data set. All get their names at the very end: a run that is stopped or
 * fails leaves none of them. Throws InvalidOption, or the system's error when a file cannot be written.
 */
export async function generate(options: GenerateOptions): Promise<FileReport[]> {
  const { out, progress, signal = new AbortController().signal } = options;
  const files = dataSet(scaleFrom(String(options.scale)), seedFrom(String(options.seed)));
  await checkFolder(out);
  await mkdir(out, { recursive: true });
  const part = (file: PlannedFile) => join(out, `${file.name}.part`);
  progress?.started(files.reduce((sum, file) => sum + file.rows, 0));
  try {
    const reports: FileReport[] = [];
    let rowsBefore = 0;
    for (const file of files) {
      const bytes = await writeLines(part(file), file.lines(), {
        lineEnd: file.lineEnd,
        signal,
        // The header is a line, and no row.
        written: lines => progress?.wrote(rowsBefore + lines - 1, file.name),
      });
      const report = reportOf(file, bytes);
      reports.push(report);
      progress?.finished(report);
      rowsBefore += file.rows;
    }
    // Without a pause, in which a signal could come between two names.
    for (const file of files) renameSync(part(file), join(out, file.name));
    return reports;
  } catch (error) {
    // What cannot be removed either is not what the run stopped for.
    await Promise.allSettled(files.map(file => rm(part(file), { force: true })));
    throw error;
  }
}

function reportOf({ name, rows, dirt }: PlannedFile, bytes: number): FileReport {
  const expectedRejected = dirt.orphan + dirt.duplicate + dirt.zero;
  return { name, rows, bytes, dirt, expectedRejected };
}
