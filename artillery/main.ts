import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { type Environment, SettingError, stackSettings } from '../db/environment.ts';
import { progressOn } from '../db/progress.ts';
import { ArtilleryFailure, runArtillery } from './artillery.ts';
import type { LoadRun } from './load-run.ts';
import { loadTest } from './load-test.ts';
import { type Given, type Options, optionsFrom } from './options.ts';
import { count } from './report/format.ts';
import { verdictOf } from './report/verdict.ts';
import { writeReport } from './report.ts';
import { findTarget } from './target.ts';

// A load run: `make load-test`. Exit status 1: a promise broke, or no stage could be judged. 2: the run did not start.
// 130: the run was interrupted; the results so far are reported.
const given = new Command('load-test')
  .description('Sends the requests of a front-end to the API and reports whether the promises are kept.')
  .option('--scenario <name>', 'a file of artillery/scenarios (default: browse)')
  .option('--target <url>', 'URL of the API (default: the local stack)')
  .option('--rate <number>', "requests per second (default: the scenario's)")
  .option('--duration <seconds>', "length of each stage (default: the scenario's)")
  .option('--confirm <yes>', 'required for a target on another machine')
  .option('--check', 'checks the options and the target without sending load')
  .parse()
  .opts<Given & { check?: true }>();

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interruption.abort());
const progress = progressOn(process.stderr);

try {
  const settings = stackSettings();
  const options = optionsFrom(given, settings);
  if (given.check) await findTarget(options.target);
  else await run(options, settings);
} catch (error) {
  // Any other error is a bug: keep its stack trace.
  if (!(error instanceof SettingError || error instanceof ArtilleryFailure)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(options: Options, settings: Environment): Promise<void> {
  const { signal } = interruption;
  const run = await loadTest({ ...options, settings, generate: runArtillery, progress, signal });
  if (run.stages.length > 0) report(run);
  else console.error(['Interrupted before the first request.', run.cleanUp ?? ''].join('\n').trim());
  if (signal.aborted) process.exitCode = 130;
}

function report(run: LoadRun): void {
  const time = run.startedAt.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-');
  const folder = join(import.meta.dirname, 'reports', `${time}-${run.scenario}`);
  mkdirSync(folder, { recursive: true });
  const summary = join(folder, 'summary.json');
  writeFileSync(summary, `${JSON.stringify(run, null, 2)}\n`);
  const { state, title, reason } = verdictOf(run);
  const requests = run.stages.reduce((all, stage) => all + stage.requests, 0);
  console.log(`${title} (${count(requests)} requests). ${reason}`.trim());
  for (const { promise, measured } of run.promises) console.log(`  ${promise}: ${measured}`);
  if (run.generatorLimit) console.log(run.generatorLimit);
  if (run.cleanUp) console.log(run.cleanUp);
  for (const path of [...writeReport(folder, run), summary]) console.log(`  ${relative('', path)}`);
  if (state !== 'kept') process.exitCode = 1;
}
