#!/usr/bin/env -S node --liftoff-only --optimize-for-size --max-semi-space-size=1 --max-old-space-size=32 --v8-pool-size=0
// These options keep the importer below 128 MiB. Most of that is the id maps, which are outside the heap.
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { developmentFolder, embeddedOwner } from '../embedded.ts';
import { databaseSettings, type Environment, SettingError, textSetting } from '../environment.ts';
import { progressOn } from '../progress.ts';
import { closingTable } from './closing-table.ts';
import { folderAt } from './data-folder.ts';
import { folderFrom } from './data-stream.ts';
import { importFolder } from './import-folder.ts';
import { summary } from './summary.ts';

await new Command('import')
  .description('Replaces the catalogue, the questions and answers, or both by the data files of a folder.')
  .argument('<folder>', 'the folder with the data files')
  .option('--rejects <file>', 'the list of rejected lines (default: rejects/<name of the folder>.csv)')
  .option(
    '--stream',
    'read the files from standard input (data-stream.ts); <folder> is their name in messages',
  )
  .option('--columns <number>', 'draw progress bars of this width, although standard error is a pipe', Number)
  .addOption(new Option('--target <database>', 'dev: the database of "make dev"').choices(['dev']))
  .option('--json', 'print the summary as one JSON object instead of a table')
  .action(run)
  .parseAsync();

interface Options {
  readonly stream?: true;
  readonly columns?: number;
  readonly rejects?: string;
  readonly target?: 'dev';
  readonly json?: true;
}

/** Exits with 0 and a summary, with 1 and one sentence after an error, or with 130 after an interruption. */
async function run(path: string, options: Options): Promise<void> {
  const interruption = new AbortController();
  const { columns } = options;
  const progress = progressOn(
    columns ? Object.assign(process.stderr, { isTTY: true, columns }) : process.stderr,
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interruption.abort());
  try {
    const result = await importFolder({
      owner: options.target ? await embeddedOwner(developmentFolder()) : databaseSettings(process.env),
      folder: options.stream ? await folderFrom(process.stdin, path) : folderAt(path),
      rejects: options.rejects ?? join('rejects', `${basename(resolve(path))}.csv`),
      discardUserRows: mayDiscardUserRows(process.env),
      progress,
      signal: interruption.signal,
    });
    console.log(options.json ? JSON.stringify(summary(result)) : closingTable(result));
  } catch (error) {
    progress.end();
    console.error((error as Error).message);
    process.exitCode = interruption.signal.aborted ? 130 : 1;
  }
}

function mayDiscardUserRows(environment: Environment): boolean {
  const value = textSetting(environment, 'DISCARD_USER_ROWS', 'no');
  if (value !== 'yes' && value !== 'no')
    throw new SettingError(`DISCARD_USER_ROWS must be yes or no, not "${value}".`);
  return value === 'yes';
}
