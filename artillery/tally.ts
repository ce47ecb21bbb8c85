import { type Counts, noCounts, type Sample } from './counts.ts';
import { recordLatency } from './latencies.ts';

interface InFlight {
  readonly endpoint: string;
  readonly sent_ms: number;
}

interface Result {
  readonly status: number;
  readonly cache: string | undefined;
  /** Why the response counts as an error. */
  readonly error: string | undefined;
}

const increment = (counts: Record<string, number>, key: string | number) => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/** Counts the results of requests. Times are those of `performance.now()`. */
export class Tally {
  /** In the order in which they were sent: the oldest expires first. */
  readonly #inFlight = new Map<string, InFlight>();
  readonly #timeout_ms: number;
  #visits = 0;
  #endpoints: Record<string, Counts> = {};

  /** A request without a response after `timeout_ms` has failed, and a later response is ignored. */
  constructor(timeout_ms: number) {
    this.#timeout_ms = timeout_ms;
  }

  visit(): void {
    this.#visits++;
  }

  sent(id: string, endpoint: string, now_ms: number): void {
    this.#inFlight.set(id, { endpoint, sent_ms: now_ms });
    this.#counts(endpoint).requests++;
  }

  responded(id: string, { status, cache, error }: Result, now_ms: number): void {
    const request = this.#inTime(id, now_ms);
    if (!request) return;
    const counts = this.#finish(id, request);
    recordLatency(counts.latencies, now_ms - request.sent_ms);
    increment(counts.statusCodes, status);
    if (cache) increment(counts.cache, cache);
    if (error) increment(counts.errors, error);
  }

  /** The request failed without a response, other than by the timeout. */
  failed(id: string, error: string, now_ms: number): void {
    const request = this.#inTime(id, now_ms);
    if (request) increment(this.#finish(id, request).errors, error);
  }

  /** Returns the counts since the previous call. */
  sample(now_ms: number): Sample {
    this.#expire(now_ms);
    const sample = { at_ms: Date.now(), visits: this.#visits, endpoints: this.#endpoints };
    this.#visits = 0;
    this.#endpoints = {};
    return sample;
  }

  #inTime(id: string, now_ms: number): InFlight | undefined {
    this.#expire(now_ms);
    return this.#inFlight.get(id);
  }

  #expire(now_ms: number): void {
    for (const [id, request] of this.#inFlight) {
      if (now_ms - request.sent_ms < this.#timeout_ms) break;
      const counts = this.#finish(id, request);
      recordLatency(counts.latencies, this.#timeout_ms);
      increment(counts.errors, `no response within ${this.#timeout_ms / 1000} s`);
    }
  }

  #finish(id: string, { endpoint }: InFlight): Counts {
    this.#inFlight.delete(id);
    const counts = this.#counts(endpoint);
    counts.finished++;
    return counts;
  }

  #counts(endpoint: string): Counts {
    this.#endpoints[endpoint] ??= noCounts();
    return this.#endpoints[endpoint];
  }
}
