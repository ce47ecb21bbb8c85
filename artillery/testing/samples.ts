import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from '../artillery.ts';
import type { Counts } from '../counts.ts';

export interface Second {
  readonly visits: number;
  readonly requests: number;
  readonly latency_ms: number;
  readonly errors?: Record<string, number>;
  /** Requests that are never answered. */
  readonly lost?: number;
}

/** A generator that saw the same in each second of a stage. Sends nothing, and ends at once. */
export const sees = (second: Second): Generator =>
  async function* ({ plan }) {
    for (let at_s = 1; at_s <= plan.seconds; at_s++)
      yield { at_ms: at_s * 1000, visits: second.visits, endpoints: { 'GET /products': countsOf(second) } };
  };

/** The same, but it takes its time, and ends when it is told to. */
export const goesOnSeeing = (second: Second): Generator =>
  async function* ({ plan }, signal) {
    for (let at_s = 1; at_s <= plan.seconds && !signal.aborted; at_s++) {
      yield { at_ms: at_s * 1000, visits: second.visits, endpoints: { 'GET /products': countsOf(second) } };
      await sleep(20);
    }
  };

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
