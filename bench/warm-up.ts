import type { IdRanges } from '../app/testing/traffic/id-ranges.ts';
import { zipfPages } from '../app/testing/traffic/requests.ts';
import { closedLoad } from './load.ts';
import type { HttpServer } from './parts.ts';
import { freshRandom } from './run.ts';

const sent = new Map<string, number>();

/** Sends a server what is missing of its warm-up: each server keeps its cache for the parts that follow. */
export async function warmUp(
  { url, warmUp = 0 }: Pick<HttpServer, 'url' | 'warmUp'>,
  ids: IdRanges,
  share: number,
): Promise<void> {
  for (;;) {
    const done = sent.get(url) ?? 0;
    const missing = Math.ceil(warmUp * share) - done;
    if (missing <= 0) return;
    const requests = zipfPages(ids, freshRandom()).slice(0, missing);
    await closedLoad(url, requests, 3600, true);
    sent.set(url, done + requests.length);
  }
}

/** After its cache was emptied, a server needs its whole warm-up again. */
export function forgetWarmUp(url: string): void {
  sent.delete(url);
}
