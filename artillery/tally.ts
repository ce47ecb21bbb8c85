import { type Counts, noCounts, type Sample } from './counts.ts';
import { noteLatency } from './latencies.ts';

interface UnderWay {
  readonly endpoint: string;
  readonly sent_ms: number;
}

interface Answered {
  readonly status: number;
  readonly cache: string | undefined;
  /** Why it is not as it should be. */
  readonly error: string | undefined;
}

const oneMore = (counts: Record<string, number>, key: string | number) => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/** Counts what becomes of requests. Times are those of `performance.now()`. */
export class Tally {
  /** In the order in which they were sent. */
  readonly #underWay = new Map<string, UnderWay>();
  readonly #timeout_ms: number;
  #visits = 0;
  #endpoints: Record<string, Counts> = {};

  /** A request without an answer after `timeout_ms` has failed, whatever comes later. */
  constructor(timeout_ms: number) {
    this.#timeout_ms = timeout_ms;
  }

  visit(): void {
    this.#visits++;
  }

  sent(id: string, endpoint: string, now_ms: number): void {
    this.#underWay.set(id, { endpoint, sent_ms: now_ms });
    this.#of(endpoint).requests++;
  }

  answered(id: string, { status, cache, error }: Answered, now_ms: number): void {
    const request = this.#inTime(id, now_ms);
    if (!request) return;
    const counts = this.#finish(id, request);
    noteLatency(counts.latencies, now_ms - request.sent_ms);
    oneMore(counts.statusCodes, status);
    if (cache) oneMore(counts.cache, cache);
    if (error) oneMore(counts.errors, error);
  }

  /** There was no answer, for a reason that is not its time. */
  failed(id: string, error: string, now_ms: number): void {
    const request = this.#inTime(id, now_ms);
    if (request) oneMore(this.#finish(id, request).errors, error);
  }

  /** What was counted since the last time. */
  sample(now_ms: number): Sample {
    this.#expire(now_ms);
    const sample = { at_ms: Date.now(), visits: this.#visits, endpoints: this.#endpoints };
    this.#visits = 0;
    this.#endpoints = {};
    return sample;
  }

  #inTime(id: string, now_ms: number): UnderWay | undefined {
    this.#expire(now_ms);
    return this.#underWay.get(id);
  }

  #expire(now_ms: number): void {
    for (const [id, request] of this.#underWay) {
      if (now_ms - request.sent_ms < this.#timeout_ms) break;
      const counts = this.#finish(id, request);
      noteLatency(counts.latencies, this.#timeout_ms);
      oneMore(counts.errors, `no answer within ${this.#timeout_ms / 1000} s`);
    }
  }

  #finish(id: string, { endpoint }: UnderWay): Counts {
    this.#underWay.delete(id);
    const counts = this.#of(endpoint);
    counts.finished++;
    return counts;
  }

  #of(endpoint: string): Counts {
    this.#endpoints[endpoint] ??= noCounts();
    return this.#endpoints[endpoint];
  }
}
