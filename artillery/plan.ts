import type { Popularity } from './drawn.ts';

/** What the visits of a stage need to know; the processor has it as JSON in ELIER_LOAD_PLAN. */
export interface Plan {
  /** Their ids are 1 to this. */
  readonly products: number;
  readonly popularity: Popularity;
  /** What the run itself wrote before: nothing else is voted for or answered. */
  readonly own: readonly Own[];
  /** No visit begins after so long. */
  readonly seconds: number;
}

/** A question that the run asked, with an answer that it gave. */
export interface Own {
  readonly product: number;
  readonly question: number;
  readonly answer: number;
}

/** The longest that a request may wait for its answer; Artillery itself waits a little longer (visits.yml). */
export const timeout_ms = 5000;

/** The file descriptor on which the processor tells what it counted. */
export const samplesTo = 3;
