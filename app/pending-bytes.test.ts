import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { PendingBytes } from './pending-bytes.ts';

const MiB = 1024 * 1024;
const response = (closed = false) => Object.assign(new EventEmitter() as ServerResponse, { closed });

/** As many pending responses of a MiB as the budget allows. */
function full() {
  const pending = new PendingBytes();
  const waiting = Array.from({ length: 12 }, () => ({ body: Buffer.alloc(MiB), response: response() }));
  for (const { body, response } of waiting) pending.add(body, response);
  return { pending, waiting };
}

describe('a budget of pending response bytes', () => {
  it('refuses a large response when 12 MiB are pending, with Retry-After', () => {
    const { pending } = full();
    expect(() => pending.add(Buffer.alloc(MiB), response())).toThrow(
      expect.objectContaining({ status: 503, headers: { 'Retry-After': '1' } }),
    );
  });

  it('always takes a small response', () => {
    const { pending } = full();
    pending.add(Buffer.alloc(64 * 1024), response());
  });

  it('has room again when a response is sent, or its client has left', () => {
    const { pending, waiting } = full();
    waiting[0]?.response.emit('close');
    pending.add(Buffer.alloc(MiB), response());
  });

  it('does not count a response whose client has left before it was made', () => {
    const { pending, waiting } = full();
    waiting[0]?.response.emit('close');
    pending.add(Buffer.alloc(MiB), response(true));
    pending.add(Buffer.alloc(MiB), response());
  });

  it('counts the same bytes once, until their last client has them', () => {
    const { pending, waiting } = full();
    const another = response();
    pending.add(waiting[0]?.body as Buffer, another);
    waiting[0]?.response.emit('close');
    expect(() => pending.add(Buffer.alloc(MiB), response())).toThrow();
    another.emit('close');
    pending.add(Buffer.alloc(MiB), response());
  });
});
