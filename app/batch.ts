import { SlowQueries } from './slow-queries.ts';

/** Queries that run together at most, and the elements of their responses: as many pages of five. */
const maxTogether = 16;
export const maxElements = 80;
/** How long queries wait for the statement before them, in milliseconds. */
const patience_ms = 40;
/**
 * A statement that took longer than this ran too many queries, in milliseconds: it reads one row after the other, so on a slow
 * disk few queries in many statements end sooner, and none meets the limit of `statement_ms` in connections.ts, of which this
 * is half. Less would also be reached for want of processor time, which smaller statements make worse.
 */
const slow_ms = 450;
/** Queries of a failed statement that run again at once, one by one, and until when since it began, in milliseconds. */
const retriesAtOnce = 2;
const retryUntil_ms = 1100;
/** When the last of them fails, wherever it waits, since the statement began: Nginx waits for 1,950 ms. In milliseconds. */
const giveUp_ms = 1850;

/** The parameters of one query. */
export type Values = readonly number[];
/** Runs all queries, and returns their texts in the same order; undefined where there is none. */
type Run = (queries: readonly Values[]) => Promise<readonly (string | undefined)[]>;

interface Waiting {
  readonly values: Values;
  readonly elements: number;
  readonly resolve: (text: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs many queries with one statement: those of one turn of the event loop, and those that came while the last statement was
 * in flight. The more there is to do, the less each query costs. When one of them makes the statement fail, the others run
 * again without it.
 */
export class Batch {
  readonly #run: Run;
  readonly #slow: SlowQueries;
  /** The run in flight of each query that runs alone. */
  readonly #firsts = new Map<string, Promise<string | undefined>>();
  #waiting: Waiting[] = [];
  #inFlight = 0;
  /** The most queries of a statement: half as many after a slow one, one more after a fast one. */
  #limit = maxTogether;
  #immediate: NodeJS.Immediate | undefined;
  #timeout: NodeJS.Timeout | undefined;

  /** @param isOfOneQuery whether one of a statement's queries may have caused the error */
  constructor(run: Run, isOfOneQuery: (error: unknown) => boolean) {
    this.#run = run;
    this.#slow = new SlowQueries(isOfOneQuery);
  }

  /**
   * The text of one query, whose response has so many elements at most; undefined when there is none. Throws what its
   * statement threw.
   */
  async text(values: Values, elements = 1): Promise<string | undefined> {
    if (this.#slow.has(values)) return this.#runAlone(values);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ values, elements, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#waiting.length === 0) return;
    if (this.#inFlight === 0 || this.#isFull()) this.#immediate ??= setImmediate(() => this.#send());
    else this.#timeout ??= setTimeout(() => this.#send(), patience_ms);
  }

  #isFull(): boolean {
    return this.#waiting.length >= this.#limit || this.#countTogether() < this.#waiting.length;
  }

  /** How many of those that wait go together: one at least. */
  #countTogether(): number {
    let elements = 0;
    const tooMany = this.#waiting.findIndex((query, index) => {
      elements += query.elements;
      return index > 0 && (index >= this.#limit || elements > maxElements);
    });
    return tooMany < 0 ? this.#waiting.length : tooMany;
  }

  async #send(): Promise<void> {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timeout);
    this.#immediate = undefined;
    this.#timeout = undefined;
    const sent = this.#waiting.splice(0, this.#countTogether());
    this.#inFlight++;
    this.#schedule();
    const started_ms = performance.now();
    try {
      const texts = await this.#run(sent.map(({ values }) => values));
      for (const [index, { resolve }] of sent.entries()) resolve(texts[index]);
      this.#limit = Math.min(this.#limit + 1, maxTogether);
    } catch (error) {
      void this.#retry(sent, error, started_ms);
    }
    if (sent.length > 1 && performance.now() - started_ms > slow_ms)
      this.#limit = Math.min(this.#limit, Math.ceil(sent.length / 2));
    this.#inFlight--;
    this.#schedule();
  }

  /** Runs the queries of a failed statement one by one, if one of them may have made it fail, as long as there is time. */
  async #retry(failed: readonly Waiting[], error: unknown, started_ms: number): Promise<void> {
    const [first] = failed;
    if (failed.length === 1 && first) this.#slow.note(first.values, error);
    if (failed.length === 1 || !this.#slow.isOfOneQuery(error)) {
      for (const { reject } of failed) reject(error);
      return;
    }
    const rejectAll = () => {
      for (const { reject } of failed) reject(error);
    };
    const timeout = setTimeout(rejectAll, started_ms + giveUp_ms - performance.now());
    const rest = failed.values();
    const retryRest = async () => {
      for (const { values, resolve, reject } of rest) {
        if (performance.now() > started_ms + retryUntil_ms) reject(error);
        else await this.#runAlone(values).then(resolve, reject);
      }
    };
    await Promise.all(Array.from({ length: retriesAtOnce }, retryRest));
    clearTimeout(timeout);
  }

  /** Runs one query. The same ones that come meanwhile run after it, and fail with it: they would take all connections. */
  async #runAlone(values: Values): Promise<string | undefined> {
    this.#slow.refuse(values);
    const key = values.join();
    const first = this.#firsts.get(key);
    if (first) {
      await first;
      return this.#runNow(values);
    }
    const running = this.#runNow(values);
    this.#firsts.set(key, running);
    return running.finally(() => this.#firsts.delete(key));
  }

  async #runNow(values: Values): Promise<string | undefined> {
    try {
      const [text] = await this.#run([values]);
      return text;
    } catch (error) {
      this.#slow.note(values, error);
      throw error;
    }
  }
}
