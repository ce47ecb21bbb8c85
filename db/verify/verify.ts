import type { Progress } from '../progress.ts';
import { type Api, getFrom } from './api.ts';
import { type Comparison, compare } from './compare.ts';
import { VerifyFailure } from './failure.ts';
import { type Chosen, readChosen } from './read-chosen.ts';

export interface VerifyOptions {
  /** The folder with the nine data files that the API serves. */
  readonly data: string;
  readonly api: Api;
  /** How many products to choose at most. */
  readonly products: number;
  readonly progress: Progress;
}

const probe = '/products?count=1';

/**
 * Compares the API's responses about random products, and for pages of their list, with the data files. Reads the files
 * without the importer's code or any SQL. Throws VerifyFailure when the API or the files cannot be read.
 */
export async function verify({ data, api, products, progress }: VerifyOptions): Promise<{
  chosen: Chosen;
  comparison: Comparison;
}> {
  // Checked first, because reading the files takes much longer.
  const { status } = await getFrom(api, probe);
  if (status !== 200)
    throw new VerifyFailure(
      `The API at ${api.url.origin} responds to GET ${probe} with ${status} instead of 200.`,
    );
  const chosen = await readChosen(data, products, progress);
  return { chosen, comparison: await compare(api, chosen, progress) };
}
