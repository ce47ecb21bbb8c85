import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Command } from 'commander';
import { comparisons } from './report/comparison.ts';
import { comparisonPage, type NamedRun } from './report/comparison-page.ts';
import { findRun } from './report/find-run.ts';
import { table } from './report/markdown.ts';
import { NoRun, readRun } from './report/read-run.ts';

// Exit status 2: a run does not exist.
const runs = new Command('load-compare')
  .description('Compares two load runs side by side.')
  .argument('<run>', 'its name in artillery/reports/, or its folder')
  .argument('<other run>')
  .parse().processedArgs as [string, string];
const reports = join(import.meta.dirname, 'reports');

try {
  const [a, b] = [namedRun(runs[0]), namedRun(runs[1])];
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

function namedRun(given: string): NamedRun {
  const folder = findRun(given, reports);
  return { folder: basename(folder), run: readRun(folder) };
}
