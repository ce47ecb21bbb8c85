import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { comparisons } from './report/comparison.ts';
import { comparisonPage, type NamedRun } from './report/comparison-page.ts';
import { findRun } from './report/find-run.ts';
import { table } from './report/markdown.ts';
import { NoRun, readRun } from './report/read-run.ts';

// Compares two load runs side by side: `node artillery/compare.ts RUN RUN`. A run is given by its name or its folder.
// Exit status 2: a run does not exist.
const reports = join(import.meta.dirname, 'reports');

try {
  const [a, b] = [namedRun(process.argv[2]), namedRun(process.argv[3])];
  mkdirSync(reports, { recursive: true });
  const path = join(reports, `compare-${a.folder}-${b.folder}.html`);
  writeFileSync(path, comparisonPage(a, b));
  for (const stage of comparisons(a.run, b.run)) console.log(`${stage.name}\n${table(stage.table)}\n`);
  console.log(relative('', path));
} catch (error) {
  if (!(error instanceof NoRun)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

function namedRun(given = ''): NamedRun {
  const folder = findRun(given, reports);
  return { folder: basename(folder), run: readRun(folder) };
}
