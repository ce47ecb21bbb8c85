import type { Popularity } from './popularity.ts';

/** Input of the processor for one stage, passed as JSON in the environment variable ELIER_LOAD_PLAN. */
export interface Plan {
  /** Number of products; their ids are 1 to this number. */
  readonly products: number;
  readonly popularity: Popularity;
  /** Visits vote for and answer only these questions and those that they post themselves. */
  readonly seeds: readonly SeedQuestion[];
  /** No visit starts later than this. */
  readonly seconds: number;
}

/** Ids of a question that the run posted before the first stage, and of its answer. */
export interface SeedQuestion {
  readonly product: number;
  readonly question: number;
  readonly answer: number;
}

/** A request without a response fails after this time. Artillery itself waits slightly longer (visits.yml). */
export const timeout_ms = 5000;

/** File descriptor to which the processor writes its samples. */
export const samplesFd = 3;
