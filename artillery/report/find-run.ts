import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nearestFirst } from '../../db/import/nearest.ts';
import { NoRun } from './read-run.ts';

/** Names listed when the run does not exist. */
const maxListed = 5;

/**
 * Finds the folder of a load run by its path or by its name among the reports. Throws `NoRun` if neither exists. The message
 * lists the nearest names; among equally near names, the latest run comes first.
 */
export function findRun(given: string, reports: string): string {
  const found = [given, join(reports, given)].find(path => given !== '' && existsSync(path));
  if (found !== undefined) return resolve(found);
  const latestFirst = runsIn(reports).sort().reverse();
  const listed = nearestFirst(basename(given), latestFirst).slice(0, maxListed);
  throw new NoRun(
    listed.length > 0
      ? `There is no load run ${given}. The nearest in artillery/reports/:\n${listed.map(name => `  ${name}`).join('\n')}`
      : `There is no load run ${given}, and artillery/reports/ is empty. Start a run with make load-test.`,
  );
}

const runsIn = (reports: string) =>
  existsSync(reports)
    ? readdirSync(reports).filter(name => existsSync(join(reports, name, 'summary.json')))
    : [];
