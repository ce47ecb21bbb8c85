import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Results } from './summary.ts';

/** The runs of a part. */
export interface Measured {
  /** The date, commit and data set. */
  readonly measured: string;
  readonly runs: Results;
}

/**
 * Adds figures to a file of results. They replace earlier figures of the same name. The file is committed: so five digits of a figure
 * are enough, and a run takes a line.
 */
export function keep(path: string, figures: Readonly<Record<string, object>>): void {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const short = (_key: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  const text = JSON.stringify({ ...results, ...figures }, short, 1).replace(/\n(?: {5,}| {4}(?=\}))/g, ' ');
  writeFileSync(path, `${text}\n`);
}
