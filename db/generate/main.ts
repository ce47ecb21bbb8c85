import { Command } from 'commander';
import { integerFrom, SettingError } from '../environment.ts';
import { progressOn } from '../progress.ts';
import { closingTable } from './closing-table.ts';
import { generate } from './generate.ts';
import { scaleFrom, seeds } from './options.ts';

// `node --max-semi-space-size=16` (MiB) keeps the process below 200 MiB. Rows are short-lived strings, and on a large
// host V8's default lets more of them pile up between garbage collections.
const { out, scale, seed } = new Command('generate')
  .description('Writes nine data files with the shape of the real data set.')
  .requiredOption('--out <folder>', 'where to write; must not contain data files yet')
  .option('--scale <number>', 'the fraction of the real size (39,127,256 rows), above 0 and up to 1', '0.001')
  .option('--seed <number>', 'the same seed and scale give the same bytes', '1')
  .parse()
  .opts<{ out: string; scale: string; seed: string }>();

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

const progress = progressOn(process.stderr);
const start_ms = performance.now();
try {
  const reports = await generate({
    out,
    scale: scaleFrom(scale),
    seed: integerFrom('seed', seed, seeds),
    progress,
    signal: interruption.signal,
  });
  console.log(closingTable(reports, (performance.now() - start_ms) / 1000));
} catch (error) {
  progress.end();
  process.exitCode = interruption.signal.aborted ? 130 : 1;
  console.error(interruption.signal.aborted ? `Interrupted: no file was left in ${out}.` : sentence(error));
}

/**
 * The message for the user. Any error that is neither theirs nor the system's is a bug, and is thrown with its stack.
 */
function sentence(error: unknown): string {
  if (error instanceof SettingError) return `generate: ${error.message}`;
  if (error instanceof Error && 'syscall' in error) return `generate: writing failed: ${error.message}`;
  throw error;
}
