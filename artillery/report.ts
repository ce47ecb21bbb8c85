import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadRun } from './load-run.ts';
import { runMarkdown } from './report/run-markdown.ts';
import { runPage } from './report/run-page.ts';

/**
 * Writes the report of a run into an existing folder and returns the paths of its files. report.html needs no network and
 * has at most 500 kB; report.md is the same report without charts.
 */
export function writeReport(folder: string, run: LoadRun): string[] {
  const documents = { 'report.html': runPage(run), 'report.md': runMarkdown(run) };
  return Object.entries(documents).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}
