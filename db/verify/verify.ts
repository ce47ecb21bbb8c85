import { ask, type Comparison, compare } from './compare.ts';
import type { Progress } from './progress.ts';
import { type Chosen, readChosen } from './read-chosen.ts';

export interface VerifyOptions {
  /** The folder with the nine data files that the API serves. */
  readonly data: string;
  readonly api: URL;
  /** How many products to choose; if there are fewer, all. */
  readonly products: number;
  /** The same seed and files give the same choice. */
  readonly seed: number;
  readonly progress: Progress;
}

/**
 * Compares what the API answers about products chosen at random with what follows from the data files, read
 * without the importer's code or any SQL. Throws VerifyFailure when either cannot be read.
 */
export async function verify({ data, api, products, seed, progress }: VerifyOptions): Promise<{
  chosen: Chosen;
  comparison: Comparison;
}> {
  // Before the files are read, which takes much longer.
  await ask(api, '/products?count=1');
  const chosen = await readChosen(data, products, seed, progress);
  return { chosen, comparison: await compare(api, chosen.products, progress) };
}
