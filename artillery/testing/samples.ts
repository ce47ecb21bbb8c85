import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from '../artillery.ts';
import type { Counts } from '../counts.ts';

export interface Second {
  readonly visits: number;
  readonly requests: number;
  readonly latency_ms: number;
  readonly errors?: Record<string, number>;
  /** Requests without a response. */
  readonly lost?: number;
}

/** A generator that yields the same sample for each second of a stage until the signal aborts, without sending requests. */
export const steadySamples = (second: Second, pause_ms = 0): Generator =>
  async function* ({ plan }, signal) {
    for (let at_s = 1; at_s <= plan.seconds && !signal.aborted; at_s++) {
      yield { at_ms: at_s * 1000, visits: second.visits, endpoints: { 'GET /products': countsOf(second) } };
      if (pause_ms > 0) await sleep(pause_ms);
    }
  };

/** Like `steadySamples`, but waits after each sample. */
export const slowSteadySamples = (second: Second): Generator => steadySamples(second, 20);

export function countsOf({ requests, latency_ms, errors = {}, lost = 0 }: Omit<Second, 'visits'>): Counts {
  const answered = requests - lost;
  return {
    requests,
    finished: answered,
    latencies: { [latency_ms]: answered },
    errors: { ...errors },
    statusCodes: { 200: answered },
    cache: { HIT: answered },
  };
}
