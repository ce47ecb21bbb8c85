import type { Latencies } from './latencies.ts';

/** What became of the requests to one endpoint, in a second or in a whole stage. */
export interface Counts {
  requests: number;
  /** Answered, or failed. */
  finished: number;
  /** Of all answers; and the whole wait of requests that had none in time. */
  readonly latencies: Latencies;
  readonly errors: Record<string, number>;
  readonly statusCodes: Record<string, number>;
  readonly cache: Record<string, number>;
}

/** What one worker of Artillery saw within a second, or what was left of one. */
export interface Sample {
  /** Since the epoch. */
  readonly at_ms: number;
  /** Visits that began. */
  readonly visits: number;
  /** By the endpoint's name. */
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
