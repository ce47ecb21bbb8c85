import { setTimeout as sleep } from 'node:timers/promises';
import type { ChosenProduct } from './chosen.ts';
import { type Difference, differenceOf, type Found } from './difference.ts';
import { type Expectation, expectationsOf } from './expected.ts';
import { VerifyFailure } from './failure.ts';
import type { Progress } from './progress.ts';

export interface Comparison {
  /** Answers compared, by route. */
  readonly compared: Map<string, number>;
  /** Of them, those that had to be 404. */
  notFound: number;
  /** How often the API was busy (503 with Retry-After), and was asked again after as long as it wished. */
  busy: number;
  differing: number;
  /** The first of those that differ. */
  readonly differences: Difference[];
}

const connections = 8;
const patience_ms = 30_000;
/** How often one answer is asked for; what is busy for longer differs. */
const attempts = 5;
const differencesKept = 10;

/**
 * Asks the API about each product and compares what it answers with what it must. Throws VerifyFailure when it
 * gives no answer at all.
 */
export async function compare(
  api: URL,
  products: readonly ChosenProduct[],
  progress: Progress,
): Promise<Comparison> {
  const result: Comparison = { compared: new Map(), notFound: 0, busy: 0, differing: 0, differences: [] };
  progress.begin('comparing', products.length);
  // All share one generator: each takes the next request, and one that fails ends it for all.
  const expectations = expectationsOfAll(products, progress);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const expectation of expectations)
        note(
          result,
          expectation,
          differenceOf(expectation, await askUntilFree(api, expectation.path, result)),
        );
    }),
  );
  progress.end();
  return result;
}

/** The API's answer to a GET. `retryAfter_s` is NaN unless the answer says when to ask again. */
export async function ask(api: URL, path: string): Promise<Found & { readonly retryAfter_s: number }> {
  try {
    const signal = AbortSignal.timeout(patience_ms);
    const response = await fetch(new URL(path, api), { redirect: 'manual', signal });
    const retryAfter_s = Number(response.headers.get('Retry-After') ?? Number.NaN);
    return { status: response.status, body: await response.text(), retryAfter_s };
  } catch (cause) {
    throw new VerifyFailure(`The API at ${api.origin} does not answer GET ${path} (${reasonOf(cause)}).`, {
      cause,
    });
  }
}

async function askUntilFree(api: URL, path: string, result: Comparison): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    const found = await ask(api, path);
    if (found.status !== 503 || !(found.retryAfter_s >= 0)) return found;
    result.busy++;
    if (attempt === attempts) return found;
    await sleep(Math.min(found.retryAfter_s * 1000, patience_ms));
  }
}

function* expectationsOfAll(products: readonly ChosenProduct[], progress: Progress): Generator<Expectation> {
  for (const [position, product] of products.entries()) {
    yield* expectationsOf(product);
    progress.advance(position + 1);
  }
}

function note(result: Comparison, { route, status }: Expectation, difference: Difference | undefined): void {
  result.compared.set(route, (result.compared.get(route) ?? 0) + 1);
  if (status === 404) result.notFound++;
  if (difference === undefined) return;
  result.differing++;
  if (result.differences.length < differencesKept) result.differences.push(difference);
}

/** The system's word for what went wrong; fetch keeps it one level down. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as Error;
  const { code, message } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : message;
}
