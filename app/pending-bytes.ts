import type { ServerResponse } from 'node:http';
import { unavailable } from './problem.ts';

/** A response of fewer bytes is never pending: the connection to Nginx takes it, however slow its client is. */
const small = 64 * 1024;
/** The pending bytes of all large responses. */
const maxBytes = 12 * 1024 * 1024;

/** A budget of pending response bytes: a client that reads nothing leaves a response in memory. */
export class PendingBytes {
  /** How many clients wait for the same bytes. */
  readonly #readers = new Map<Buffer, number>();
  #bytes = 0;

  /** Counts a response until it is sent or its client has left. Throws a 503 when the budget is used up. */
  add(body: Buffer, response: ServerResponse): void {
    if (body.length <= small || response.closed) return;
    const readers = this.#readers.get(body) ?? 0;
    if (readers === 0) {
      if (this.#bytes + body.length > maxBytes)
        throw unavailable('Too many large responses are in flight. Try again.');
      this.#bytes += body.length;
    }
    this.#readers.set(body, readers + 1);
    response.once('close', () => this.#remove(body));
  }

  #remove(body: Buffer): void {
    const readers = (this.#readers.get(body) ?? 0) - 1;
    if (readers > 0) return void this.#readers.set(body, readers);
    this.#readers.delete(body);
    this.#bytes -= body.length;
  }
}
