import type { IdRanges } from '../app/testing/traffic/id-ranges.ts';
import { coldPages, oneOffs, type Requests, zipfPages } from '../app/testing/traffic/requests.ts';
import { stackUrl } from './parts.ts';
import { cacheSize, emptyCache } from './rig.ts';
import { freshRandom, load } from './run.ts';
import type { Results, Run } from './summary.ts';
import { forgetWarmUp, warmUp } from './warm-up.ts';

/** Minutes of one kind of traffic, from an empty cache of Nginx on. */
export interface Bound {
  readonly name: string;
  readonly requests: Requests;
  /** Requests by Zipf before the traffic. The hit share of such requests then shows what the traffic evicted. */
  readonly zipfBefore?: number;
}

export const bounds: readonly Bound[] = [
  // Three lists: a minute of hits takes more than one.
  { name: 'bounds-zipf', requests: (...draw) => [1, 2, 3].flatMap(() => zipfPages(...draw)) },
  { name: 'bounds-uniform', requests: coldPages },
  { name: 'bounds-flood', requests: oneOffs(), zipfBefore: 1_800_000 },
];

/** Runs the traffic and returns its runs, minute by minute. */
export async function measureBound(
  { requests, zipfBefore }: Bound,
  ids: IdRanges,
  minutes: number,
  warmUpShare: number,
): Promise<Results> {
  const runs: Record<string, Run[]> = {};
  const run = async (name: string, kind: Requests, seconds: number) => {
    const measured = await load({ url: stackUrl }, kind(ids, freshRandom()), seconds, true);
    runs[name] = [{ ...measured, ...cacheSize() }];
  };
  emptyCache('nginx');
  forgetWarmUp(stackUrl);
  if (zipfBefore) {
    await warmUp({ url: stackUrl, warmUp: zipfBefore }, ids, warmUpShare);
    await run('Zipf before', zipfPages, 20);
  }
  for (let minute = 1; minute <= minutes; minute++) await run(`minute ${minute}`, requests, 60);
  if (zipfBefore) await run('Zipf after', zipfPages, 20);
  return runs;
}
