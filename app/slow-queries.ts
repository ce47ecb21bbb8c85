import type { Values } from './batch.ts';

/** How long a query that failed runs alone, and for how long it fails again at once, in milliseconds. */
const alone_ms = 60_000;
const failed_ms = 2_000;
/** Queries that are remembered; the oldest makes room. */
const maxQueries = 1_000;

/** Queries that failed lately, and would make the batch fail that they are in. */
export class SlowQueries {
  readonly isOfOneQuery: (error: unknown) => boolean;
  readonly #failed = new Map<string, { readonly error: unknown; readonly at_ms: number }>();

  /** @param isOfOneQuery whether an error of a statement may be that of one of its queries */
  constructor(isOfOneQuery: (error: unknown) => boolean) {
    this.isOfOneQuery = isOfOneQuery;
  }

  /** Whether the query should run alone. */
  has(values: Values): boolean {
    const failed = this.#failed.get(values.join());
    return failed !== undefined && performance.now() - failed.at_ms < alone_ms;
  }

  /** Throws the query's last error when that is only a moment ago. */
  refuse(values: Values): void {
    const failed = this.#failed.get(values.join());
    if (failed && performance.now() - failed.at_ms < failed_ms) throw failed.error;
  }

  /** Remembers the error of a query that ran alone, if it is its own. */
  note(values: Values, error: unknown): void {
    if (!this.isOfOneQuery(error)) return;
    const key = values.join();
    this.#failed.delete(key);
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size < maxQueries) break;
      this.#failed.delete(oldest);
    }
    this.#failed.set(key, { error, at_ms: performance.now() });
  }
}
