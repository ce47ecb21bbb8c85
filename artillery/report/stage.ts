import type { Stage } from '../load-run.ts';

/** What Nginx answers without asking a replica; X-Cache names the rest otherwise. */
const fromCache = ['HIT', 'STALE', 'UPDATING'];

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);

export const errorsOf = (stage: Stage): number => sum(stage.errors);

/** Requests a second that had an answer, whatever it was. */
export const throughput = ({ statusCodes, seconds }: Stage): number => sum(statusCodes) / seconds;

/** As a part of 1; NaN when nothing was asked. */
export const errorRate = (stage: Stage): number => errorsOf(stage) / stage.requests;

/** Of the answers that a cache may keep (all but BYPASS), the part that came from it; NaN if none. */
export function hitRate({ cache }: Stage): number {
  const hits = fromCache.reduce((all, kind) => all + (cache[kind] ?? 0), 0);
  return hits / (sum(cache) - (cache.BYPASS ?? 0));
}
