import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Results } from './summary.ts';

/** A part, when and on what it was measured, and its runs. */
export interface Measured {
  readonly measured: string;
  readonly runs: Results;
}

/** Puts figures into a file of results, in the place of what an earlier run measured of the same name. */
export function keep(path: string, figures: Readonly<Record<string, object>>): void {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(path, `${JSON.stringify({ ...results, ...figures }, undefined, 1)}\n`);
}
