import type { Stage } from '../load-run.ts';

/** Values of X-Cache for responses that Nginx sends without waiting for a replica. */
const fromCache = ['HIT', 'STALE', 'UPDATING'];

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);

export const errorsOf = (stage: Stage): number => sum(stage.errors);

/** Responses per second, of any status. */
export const throughput = ({ statusCodes, seconds }: Stage): number => sum(statusCodes) / seconds;

/** As a part of 1; NaN without requests. */
export const errorRate = (stage: Stage): number => errorsOf(stage) / stage.requests;

/** Share of the cacheable responses (all but BYPASS) that came from the cache; NaN if none is cacheable. */
export function hitRate({ cache }: Stage): number {
  const hits = fromCache.reduce((all, kind) => all + (cache[kind] ?? 0), 0);
  return hits / (sum(cache) - (cache.BYPASS ?? 0));
}
