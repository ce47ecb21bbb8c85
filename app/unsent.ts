import type { ServerResponse } from 'node:http';
import { unavailable } from './problem.ts';

/** An answer of fewer bytes leaves at once, in bytes: the connection to Nginx takes it, however slow its client is. */
const small = 64 * 1024;
/** What large answers may have in all, in bytes. */
const maxBytes = 12 * 1024 * 1024;

/**
 * The large answers that clients have not taken yet. A client who asks for one and never reads it leaves it in memory, so
 * there is an end to them.
 */
export class Unsent {
  /** How many clients wait for the same bytes. */
  readonly #readers = new Map<Buffer, number>();
  #bytes = 0;

  /** Counts an answer until its response is over, which it is when the client has left. Throws a 503 when there is no room for it. */
  add(answer: Buffer, response: ServerResponse): void {
    if (answer.length <= small || response.closed) return;
    const readers = this.#readers.get(answer) ?? 0;
    if (readers === 0) {
      if (this.#bytes + answer.length > maxBytes)
        throw unavailable('Too many large answers are under way. Try again.');
      this.#bytes += answer.length;
    }
    this.#readers.set(answer, readers + 1);
    response.once('close', () => this.#remove(answer));
  }

  #remove(answer: Buffer): void {
    const readers = (this.#readers.get(answer) ?? 0) - 1;
    if (readers > 0) return void this.#readers.set(answer, readers);
    this.#readers.delete(answer);
    this.#bytes -= answer.length;
  }
}
