import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nearestFirst } from '../../db/import/nearest.ts';
import { NoRun } from './read-run.ts';

/** How many names are listed when none fits. */
const mostListed = 5;

/**
 * The folder of a load run: a path to it, or its name among the reports. Throws `NoRun` when there is neither, with the names
 * that are nearest, of equally near ones the latest.
 */
export function findRun(given: string, reports: string): string {
  const found = [given, join(reports, given)].find(path => given !== '' && existsSync(path));
  if (found !== undefined) return resolve(found);
  const latestFirst = runsIn(reports).sort().reverse();
  const listed = nearestFirst(basename(given), latestFirst).slice(0, mostListed);
  throw new NoRun(
    listed.length > 0
      ? `There is no load run ${given}. The nearest in artillery/reports/:\n${listed.map(name => `  ${name}`).join('\n')}`
      : `There is no load run ${given}, and none in artillery/reports/: make load-test makes one.`,
  );
}

const runsIn = (reports: string) =>
  existsSync(reports)
    ? readdirSync(reports).filter(name => existsSync(join(reports, name, 'summary.json')))
    : [];
