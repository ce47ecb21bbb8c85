import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Unsent } from './unsent.ts';

const MiB = 1024 * 1024;
const response = (closed = false) => Object.assign(new EventEmitter() as ServerResponse, { closed });

/** As many answers of a MiB as there is room for, each with its response. */
function full() {
  const unsent = new Unsent();
  const waiting = Array.from({ length: 12 }, () => ({ answer: Buffer.alloc(MiB), response: response() }));
  for (const { answer, response } of waiting) unsent.add(answer, response);
  return { unsent, waiting };
}

it('refuses a large answer when 12 MiB wait for slow clients, and tells when to ask again', () => {
  const { unsent } = full();
  expect(() => unsent.add(Buffer.alloc(MiB), response())).toThrow(
    expect.objectContaining({ status: 503, headers: { 'Retry-After': '1' } }),
  );
});

it('takes a small one always', () => {
  const { unsent } = full();
  unsent.add(Buffer.alloc(64 * 1024), response());
});

it('has room again when one is sent, or its client is gone', () => {
  const { unsent, waiting } = full();
  waiting[0]?.response.emit('close');
  unsent.add(Buffer.alloc(MiB), response());
});

it('does not count what comes too late for its client', () => {
  const { unsent, waiting } = full();
  waiting[0]?.response.emit('close');
  unsent.add(Buffer.alloc(MiB), response(true));
  unsent.add(Buffer.alloc(MiB), response());
});

it('counts the same bytes once, until the last who waits for them has them', () => {
  const { unsent, waiting } = full();
  const another = response();
  unsent.add(waiting[0]?.answer as Buffer, another);
  waiting[0]?.response.emit('close');
  expect(() => unsent.add(Buffer.alloc(MiB), response())).toThrow();
  another.emit('close');
  unsent.add(Buffer.alloc(MiB), response());
});
