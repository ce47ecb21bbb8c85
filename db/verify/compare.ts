import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import { type Api, getFrom } from './api.ts';
import { type Difference, differenceOf, type Found } from './difference.ts';
import { type Expectation, expectationOfPage, expectationsOf } from './expected.ts';
import type { Chosen } from './read-chosen.ts';
import { unexplained } from './user-writes.ts';

export interface Comparison {
  /** The number of responses compared, by route. */
  readonly compared: Map<string, number>;
  /** Responses expected to be 404. */
  notFound: number;
  /** 503 responses with Retry-After. Each is followed by another attempt after the given time. */
  busy: number;
  /** Responses that differ only by users' writes since the import. */
  byUsers: number;
  /** All other responses that differ. */
  differing: number;
  /** The first few of them. */
  readonly differences: Difference[];
}

const connections = 8;
const maxPause_ms = 30_000;
/** Attempts per request. A response that is still 503 after the last one differs. */
const attempts = 5;
const differencesKept = 10;

/**
 * Requests each page and product from the API, and compares the responses with the expected ones. Throws VerifyFailure
 * when no response arrives.
 */
export async function compare(api: Api, chosen: Chosen, progress: Progress): Promise<Comparison> {
  const counts = { notFound: 0, busy: 0, byUsers: 0, differing: 0 };
  const result: Comparison = { compared: new Map(), ...counts, differences: [] };
  progress.begin('comparing', chosen.products.length);
  // All connections share one generator. When one of them fails, its loop closes the generator for all.
  const expectations = expectationsOfAll(chosen, progress);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const expectation of expectations)
        note(result, expectation, await getUntilFree(api, expectation.path, result), chosen);
    }),
  );
  progress.end();
  return result;
}

async function getUntilFree(api: Api, path: string, result: Comparison): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    const found = await getFrom(api, path);
    if (found.status !== 503 || !(found.retryAfter_s >= 0)) return found;
    result.busy++;
    if (attempt === attempts) return found;
    await sleep(Math.min(found.retryAfter_s * 1000, maxPause_ms));
  }
}

function* expectationsOfAll({ products, pages }: Chosen, progress: Progress): Generator<Expectation> {
  yield* pages.map(expectationOfPage);
  for (const [position, product] of products.entries()) {
    yield* expectationsOf(product);
    progress.advance(position + 1);
  }
}

function note(result: Comparison, expectation: Expectation, found: Found, chosen: Chosen): void {
  const { route, status } = expectation;
  result.compared.set(route, (result.compared.get(route) ?? 0) + 1);
  if (status === 404) result.notFound++;
  if (differenceOf(expectation, found) === undefined) return;
  const difference = unexplained(expectation, found, chosen);
  if (difference === undefined) {
    result.byUsers++;
    return;
  }
  result.differing++;
  if (result.differences.length < differencesKept) result.differences.push(difference);
}
