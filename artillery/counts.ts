import type { Latencies } from './latencies.ts';

/** Results of the requests to one endpoint, in one second or in a whole stage. */
export interface Counts {
  requests: number;
  /** Requests that got a response or failed. */
  finished: number;
  /** One for each response. A request that timed out counts with the whole timeout. */
  readonly latencies: Latencies;
  readonly errors: Record<string, number>;
  readonly statusCodes: Record<string, number>;
  readonly cache: Record<string, number>;
}

/** Results from one worker of Artillery since its previous sample, at most a second earlier. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at_ms: number;
  /** Visits that started. */
  readonly visits: number;
  /** By name of the endpoint. */
  readonly endpoints: Record<string, Counts>;
}

export const noCounts = (): Counts => ({
  requests: 0,
  finished: 0,
  latencies: {},
  errors: {},
  statusCodes: {},
  cache: {},
});

export function addCounts(sum: Counts, { requests, finished, ...more }: Counts): void {
  sum.requests += requests;
  sum.finished += finished;
  for (const kind of ['latencies', 'errors', 'statusCodes', 'cache'] as const)
    for (const [key, times] of Object.entries(more[kind])) sum[kind][key] = (sum[kind][key] ?? 0) + times;
}
