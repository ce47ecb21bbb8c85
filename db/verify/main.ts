import { Command, InvalidArgumentError } from 'commander';
import { integerFrom, SettingError, stackAddress, stackSettings } from '../environment.ts';
import { seeds } from '../generate/options.ts';
import { progressOn } from '../progress.ts';
import { VerifyFailure } from './failure.ts';
import { summary } from './summary.ts';
import { verify } from './verify.ts';

/** With the rows of this many products the process stays below 512 MiB. */
const maxProducts = 4000;

const options = new Command('verify')
  .description('Compares the responses of the API with the data files, for random products.')
  .requiredOption('--data <folder>', 'the folder with the data files that the API serves')
  .option('--api <address>', 'the API, on this machine (default: the stack)', apiFrom)
  .option('--products <number>', 'how many products', '2000')
  .option('--seed <number>', 'the same seed and files give the same choice of products', '1')
  .parse()
  .opts<{ data: string; api?: URL; products: string; seed: string }>();

const progress = progressOn(process.stderr);
const start_ms = performance.now();
try {
  const settings = stackSettings();
  const url = options.api ?? stackAddress(settings);
  // With SERVER_NAMES the stack responds with 421 to any other Host.
  const host = settings.SERVER_NAMES?.split(/[, ]+/).find(Boolean);
  const { chosen, comparison } = await verify({
    data: options.data,
    api: { url, host },
    products: integerFrom('products', options.products, { min: 1, max: maxProducts }),
    seed: integerFrom('seed', options.seed, seeds),
    progress,
  });
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

/** The API's address. Only this machine is allowed, because nobody else agreed to the load. */
function apiFrom(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname)) return url;
  throw new InvalidArgumentError('It must be an http:// address on localhost or 127.0.0.1.');
}
