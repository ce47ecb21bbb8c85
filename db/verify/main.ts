import { Command } from 'commander';
import { SettingError, stackAddress, stackSettings } from '../environment.ts';
import { progressOn } from '../progress.ts';
import { VerifyFailure } from './failure.ts';
import { apiFrom, stackFrom } from './options.ts';
import { summary } from './summary.ts';
import { verify } from './verify.ts';

const options = new Command('verify')
  .description('Compares the responses of the API with the data files, for random products.')
  .requiredOption('--data <folder>', 'the folder with the data files that the API serves')
  .option('--api <address>', 'an API on this machine (default: the stack)', apiFrom)
  .option('--stack <address>', 'the stack, on any machine', stackFrom)
  .parse()
  .opts<{ data: string; api?: URL; stack?: URL }>();

/** How many products to compare. The rows of twice as many would still fit into 512 MiB. */
const products = 2000;

const progress = progressOn(process.stderr);
const start_ms = performance.now();
try {
  const settings = stackSettings();
  const url = options.api ?? options.stack ?? stackAddress(settings);
  // With SERVER_NAMES the stack responds with 421 to any other Host.
  const host = settings.SERVER_NAMES?.split(/[, ]+/).find(Boolean);
  const { chosen, comparison } = await verify({ data: options.data, api: { url, host }, products, progress });
  console.log(summary(chosen, comparison, (performance.now() - start_ms) / 1000));
  if (comparison.differing > 0) process.exitCode = 1;
} catch (error) {
  progress.end();
  process.exitCode = 1;
  console.error(sentence(error));
}

/**
 * The message for the user. Any error that is neither theirs nor the system's is a bug, and is thrown with its stack.
 */
function sentence(error: unknown): string {
  if (error instanceof VerifyFailure || error instanceof SettingError) return error.message;
  if (error instanceof Error && 'syscall' in error) return `Reading failed: ${error.message}.`;
  throw error;
}
