/** The figures of a load, which its generator prints as a line of JSON. */
export interface Load {
  /** Requests with a response, whatever its status. */
  readonly requests: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Responses with status 429. */
  readonly limited: number;
  /** Responses with any other status from 400 on. */
  readonly refused: number;
  /** Requests without a response. */
  readonly broken: number;
  readonly mean_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  /** The first refused or limited requests. */
  readonly refusals?: readonly string[];
  /** Votes followed by a read. */
  readonly checked?: number;
  /** Reads that did not show the vote before them. */
  readonly stale?: number;
}
