import { type Api, getFrom } from './api.ts';
import { type Comparison, compare } from './compare.ts';
import { VerifyFailure } from './failure.ts';
import type { Progress } from './progress.ts';
import { type Chosen, readChosen } from './read-chosen.ts';

export interface VerifyOptions {
  /** The folder with the nine data files that the API serves. */
  readonly data: string;
  readonly api: Api;
  /** How many products to choose; if there are fewer, all. */
  readonly products: number;
  /** The same seed and files give the same choice. */
  readonly seed: number;
  readonly progress: Progress;
}

const probe = '/products?count=1';

/**
 * Compares what the API answers about products chosen at random, and for pages of their list, with what follows from the data files, read
 * without the importer's code or any SQL. Throws VerifyFailure when either cannot be read.
 */
export async function verify({ data, api, products, seed, progress }: VerifyOptions): Promise<{
  chosen: Chosen;
  comparison: Comparison;
}> {
  // Before the files are read, which takes much longer.
  const { status } = await getFrom(api, probe);
  if (status !== 200)
    throw new VerifyFailure(
      `The API at ${api.url.origin} answers GET ${probe} with ${status} instead of 200.`,
    );
  const chosen = await readChosen(data, products, seed, progress);
  return { chosen, comparison: await compare(api, chosen, progress) };
}
