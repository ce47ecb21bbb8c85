/** What a load run asked for, saw and promised: a run's summary.json, which every report is made from. */
export interface LoadRun {
  readonly scenario: string;
  /** What the scenario does, in a sentence. */
  readonly description: string;
  readonly target: string;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  /** What was tested on what, label by value: products in the target, machine of the generator, versions, write limit. */
  readonly tested: Readonly<Record<string, string>>;
  /** One, but for the scenario `stages`; in the order in which they ran. Only those in which something was seen. */
  readonly stages: readonly Stage[];
  /** The name of the last stage, from the first on, that kept every promise. */
  readonly keptUpTo?: string;
  /** Names of the stages that never began, because the run ended before. */
  readonly notTried?: readonly string[];
  /** How long stages had run when whoever ran it ended it. */
  readonly interruptedAfter_s?: number;
  /** Of all stages that are judged. */
  readonly promises: readonly Promised[];
  /** Why the generator, and not the target, ended the run, or could not offer its last stage: a sentence or two. */
  readonly generatorLimit?: string;
  /** How to remove what the run wrote. */
  readonly cleanUp?: string;
}

export interface Stage {
  /** "1,000 a second". */
  readonly name: string;
  /** Requests a second asked for, and what was sent in fact. */
  readonly asked_s: number;
  readonly offered_s: number;
  readonly seconds: number;
  /** False when the generator was the limit: such a stage says nothing about the target. */
  readonly isJudged: boolean;
  readonly requests: number;
  /** Every way to fail: no answer, a status that was not to be expected, an answer of another shape. By its reason. */
  readonly errors: Readonly<Record<string, number>>;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly latency_ms: Latency;
  /** X-Cache of the answers that had one: HIT, MISS, STALE, UPDATING, REVALIDATED, EXPIRED, BYPASS … */
  readonly cache: Readonly<Record<string, number>>;
  readonly endpoints: readonly Endpoint[];
  /** What was seen in each period, in order. */
  readonly periods: readonly Period[];
}

export interface Latency {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Endpoint {
  /** "GET /products/{product_id}/styles". */
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly latency_ms: Latency;
}

export interface Period {
  /** Since the stage began; the end of the period. */
  readonly at_s: number;
  /** Requests that were sent, answers and errors, a second. */
  readonly requests_s: number;
  readonly answers_s: number;
  readonly errors_s: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}

export interface Promised {
  /** "error rate below 1 %". */
  readonly promise: string;
  /** "0.02 %". */
  readonly measured: string;
  readonly isKept: boolean;
}
