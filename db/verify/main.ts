import { Command } from 'commander';
import { SettingError, stackAddress, stackSettings } from '../environment.ts';
import { VerifyFailure } from './failure.ts';
import { apiFrom, productsFrom, seedFrom } from './options.ts';
import { progressOn } from './progress.ts';
import { summary } from './summary.ts';
import { verify } from './verify.ts';

const options = new Command('verify')
  .description('Compares what the API answers with what follows from the data files, for random products.')
  .requiredOption('--data <folder>', 'the folder with the data files that the API serves')
  .option('--api <address>', 'the API, on this machine (default: the stack)', apiFrom)
  .option('--products <number>', 'how many products', productsFrom, 2000)
  .option('--seed <number>', 'the same seed and files give the same choice of products', seedFrom, 1)
  .parse()
  .opts<{ data: string; api?: URL; products: number; seed: number }>();

const progress = progressOn(process.stderr);
const start_ms = performance.now();
try {
  const api = options.api ?? stackAddress(stackSettings());
  const { chosen, comparison } = await verify({ ...options, api, progress });
  console.log(summary(chosen, comparison, (performance.now() - start_ms) / 1000));
  if (comparison.differing > 0) process.exitCode = 1;
} catch (error) {
  // Any other error is a bug, and keeps its stack.
  if (!(error instanceof VerifyFailure || error instanceof SettingError)) throw error;
  progress.end();
  console.error(error.message);
  process.exitCode = 1;
}
