import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { port } from './stack.ts';

export interface Sender {
  readonly socket: Socket;
  /** The status of its response; empty without one. */
  status: string;
  isClosed: boolean;
}

/** Opens connections at a fixed rate. Each sends the bytes at once and stays open. */
export async function openSenders(count: number, bytes: string, perSecond = 3000): Promise<Sender[]> {
  const all: Sender[] = [];
  for (let number = 0; number < count; number++) {
    const socket = connect({ host: '127.0.0.1', port });
    const sender = { socket, status: '', isClosed: false };
    const close = () => {
      sender.isClosed = true;
    };
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', data => {
      sender.status ||= data.toString('latin1', 9, 12);
    });
    socket.on('close', close).on('error', close);
    all.push(sender);
    if (number % 50 === 49) await sleep(50_000 / perSecond);
  }
  return all;
}

/** Sends one more byte per second on each connection. */
export async function dribble(all: readonly Sender[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await sleep(1000);
    for (const { socket } of all) if (socket.writable) socket.write('a');
  }
}

export function hangUp(all: readonly Sender[]): void {
  for (const { socket } of all) socket.destroy();
}
