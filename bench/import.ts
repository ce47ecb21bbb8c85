import { execFileSync } from 'node:child_process';
import { accessSync, constants, createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { catalogueFiles, qaFiles } from '../db/data-files.ts';
import { refuse } from './refuse.ts';

/** How many times the baseline's time an import may take. */
const target = 1.6;

const { args } = new Command('import-bench')
  .description('Measures the import of a folder into the stack, against a baseline that runs just before it.')
  .argument('<folder>', 'the folder with all nine data files')
  .parse();
const folder = resolve(...args);
const unreadable = [...catalogueFiles, ...qaFiles].map(({ name }) => join(folder, name)).filter(cannotBeRead);
if (unreadable.length > 0) refuse(`The bench copies all nine files, and cannot read ${unreadable[0]}.`);
const photos = await mkdtemp(join(tmpdir(), 'elier-bench-'));
try {
  await copyWholeLines(join(folder, 'photos.csv'), join(photos, 'photos.csv'));
  const volumes = [`${folder}:/data:ro`, `${photos}:/photos:ro`, `${resolve('bench')}:/app/bench:ro`];
  const baseline: { copy_s: number; sort_s: number } = jsonOf('docker', [
    // Root in the container cannot read another user's folder of mode 0700 without this capability.
    ...['compose', 'run', '--rm', '--no-deps', '-T', '--user', '0:0', '--cap-add', 'DAC_READ_SEARCH'],
    ...volumes.flatMap(volume => ['--volume', volume]),
    ...['prepare', 'node', 'bench/import-baseline.ts', '/data', '/photos'],
  ]);
  const summary = jsonOf('make', [
    '--silent',
    '--no-print-directory',
    'import',
    `DATA=${folder}`,
    'JSON=yes',
  ]);
  const sum_s = baseline.copy_s + baseline.sort_s;
  console.table({
    'COPY into bare tables': inSeconds(baseline.copy_s),
    'sort by parent, index': inSeconds(baseline.sort_s),
    'baseline, total': inSeconds(sum_s),
    'import, total': inSeconds(summary.elapsed),
    ...Object.fromEntries(
      [...summary.files, ...summary.tables].map(({ name, seconds }) => [`  ${name}`, inSeconds(seconds)]),
    ),
  });
  const { lines, imported, rejected } = summary.totals;
  console.log(`${lines} lines = ${imported} imported + ${rejected} rejected`);
  console.log(`${(summary.elapsed / sum_s).toFixed(2)} times the baseline (target: at most ${target})`);
} catch (error) {
  // A failed command has printed its own error.
  if (typeof (error as { status?: unknown }).status !== 'number') throw error;
  process.exitCode = 1;
} finally {
  await rm(photos, { recursive: true });
}

function cannotBeRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch {
    return true;
  }
}

/** Runs a command and parses its output as JSON. */
function jsonOf(command: string, values: readonly string[]) {
  const printed = execFileSync(command, values, { stdio: ['ignore', 'pipe', 'inherit'] }).toString();
  return JSON.parse(printed.slice(printed.indexOf('{')));
}

/** Copies the lines whose quotes are balanced. COPY fails on the others, or merges them with the next lines. */
async function copyWholeLines(from: string, to: string): Promise<void> {
  const lines = createInterface({
    input: createReadStream(from, 'latin1'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  async function* whole() {
    for await (const line of lines) if ((line.split('"').length - 1) % 2 === 0) yield `${line}\n`;
  }
  await pipeline(whole(), createWriteStream(to, 'latin1'));
}

function inSeconds(seconds: number) {
  return { seconds: Number(seconds.toFixed(1)) };
}
