import { relative } from 'node:path';
import type { FileCount, ImportResult } from './results.ts';

/** The result of an import as JSON, for `--json`. */
export function summary({ files, tables, furtherFiles, rejects, repairs, elapsed_s }: ImportResult) {
  return {
    files: files.map(({ elapsed_s, ...counts }) => ({ ...counts, seconds: seconds(elapsed_s) })),
    furtherFiles,
    tables: tables.map(({ name, elapsed_s }) => ({ name, seconds: seconds(elapsed_s) })),
    totals: totals(files),
    elapsed: seconds(elapsed_s),
    rejects: rejects ? relative('', rejects) : null,
    repairs: repairs ? relative('', repairs) : null,
  };
}

/** The sums over all files. */
export function totals(files: readonly FileCount[]) {
  const total = (column: 'lines' | 'imported' | 'repaired' | 'rejected') =>
    files.reduce((sum, file) => sum + file[column], 0);
  return {
    lines: total('lines'),
    imported: total('imported'),
    repaired: total('repaired'),
    rejected: total('rejected'),
  };
}

/** Rounds to milliseconds. */
function seconds(elapsed_s: number): number {
  return Number(elapsed_s.toFixed(3));
}
