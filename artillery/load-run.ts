/** Settings, results and promises of a load run. Stored as summary.json; every report is rendered from this. */
export interface LoadRun {
  readonly scenario: string;
  /** One sentence about the scenario. */
  readonly description: string;
  readonly target: string;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  /** The test environment, value by label: products of the target, machine of the generator, versions, write limit. */
  readonly tested: Readonly<Record<string, string>>;
  /** In the order in which they ran, without stages that produced no samples. Only the scenario `stages` has several. */
  readonly stages: readonly Stage[];
  /** Name of the last stage of the unbroken series, from the first stage on, in which every promise was kept. */
  readonly keptUpTo?: string;
  /** Names of the stages that did not start because the run ended early. */
  readonly notTried?: readonly string[];
  /** Total duration of the stages until the user interrupted the run. */
  readonly interruptedAfter_s?: number;
  /** Over all judged stages. */
  readonly promises: readonly Promised[];
  /** One or two sentences: why the generator, not the target, ended the run or limited its last stage. */
  readonly generatorLimit?: string;
  /** How to remove the data that the run wrote. */
  readonly cleanUp?: string;
}

export interface Stage {
  /** "1,000 a second". */
  readonly name: string;
  /** Requests per second: planned, and actually sent. */
  readonly planned_s: number;
  readonly offered_s: number;
  readonly seconds: number;
  /** False when the generator was the limit: the stage then says nothing about the target. */
  readonly isJudged: boolean;
  readonly requests: number;
  /** Failed requests by reason: no response, an unexpected status, or a response that violates the OpenAPI document. */
  readonly errors: Readonly<Record<string, number>>;
  readonly statusCodes: Readonly<Record<string, number>>;
  readonly latency_ms: Latency;
  /** Responses by their X-Cache header, if any: HIT, MISS, STALE, UPDATING, REVALIDATED, EXPIRED, BYPASS … */
  readonly cache: Readonly<Record<string, number>>;
  readonly endpoints: readonly Endpoint[];
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
  /** End of the period, in seconds since the start of the stage. */
  readonly at_s: number;
  /** Requests sent, responses and errors, each per second. */
  readonly requests_s: number;
  readonly responses_s: number;
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
