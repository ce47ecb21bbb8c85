import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Results } from './summary.ts';

/** The runs of a part. */
export interface Measured {
  /** The date, commit and data set. */
  readonly measured: string;
  readonly runs: Results;
}

/** Adds figures to a file of results. They replace earlier figures of the same name. */
export function keep(path: string, figures: Readonly<Record<string, object>>): void {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(path, `${JSON.stringify({ ...results, ...figures }, undefined, 1)}\n`);
}
