import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

/** After so many failures in a row, and without a word from the server for so long, it counts as away. */
const failuresUntilAway = 4;
const silence_ms = 1000;
/** The pause between probes of a database that is away, in milliseconds. */
const probe_ms = 500;

/**
 * Whether the database answers. While it does not, no statement is sent to it: statements that wait would
 * hold up the requests of other routes.
 */
export class Availability {
  readonly #log: Log;
  readonly #probe: () => Promise<unknown>;
  #failures = 0;
  #heard_ms = 0;
  #isAway = false;
  #isClosed = false;

  /** @param probe fails unless the database responds, and reports the outcome here, like any other statement */
  constructor(log: Log, probe: () => Promise<unknown>) {
    this.#log = log;
    this.#probe = probe;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** The server said something. */
  hear(): void {
    this.#failures = 0;
    this.#heard_ms = performance.now();
    if (this.#isAway) this.#log.info('the database is back');
    this.#isAway = false;
  }

  /** A statement failed without a word from the server. */
  miss(): void {
    this.#failures++;
    const isSilent = performance.now() - this.#heard_ms > silence_ms;
    if (this.#isAway || this.#failures < failuresUntilAway || !isSilent) return;
    this.#isAway = true;
    this.#log.warn('the database is away');
    void this.#waitForWord();
  }

  /** Ends the probing. */
  close(): void {
    this.#isClosed = true;
  }

  async #waitForWord(): Promise<void> {
    while (this.#isAway && !this.#isClosed) {
      await sleep(probe_ms, undefined, { ref: false });
      await this.#probe().catch(error =>
        this.#log.debug('the database is still away', { cause: String(error) }),
      );
    }
  }
}
