import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../db/environment.ts';

/** How long a running request may take when the service is stopped. An idle connection of a browser would hold it for 6 s. */
const grace_ms = 500;

const compileCache = join(import.meta.dirname, '../../node_modules/.cache/node');

/** The processes that `make dev` starts: one at a time, each with settings that all of them share and some of its own. */
export class Processes {
  readonly #shared: Environment;
  readonly #signal: AbortSignal;
  readonly #aborted: Promise<unknown[]>;
  #running: ChildProcess | undefined;

  /** When the signal aborts, nothing is waited for, and nothing starts any more. */
  constructor(shared: Environment, signal: AbortSignal) {
    this.#shared = shared;
    this.#signal = signal;
    this.#aborted = once(signal, 'abort');
  }

  /** Runs a program to its end. Returns whether it ended well. */
  async finish(program: string, settings: Environment): Promise<boolean> {
    if (this.#signal.aborted) return false;
    const exit = once(this.#start(program, settings), 'exit');
    const [status] = await Promise.race([exit, this.#aborted]);
    return status === 0;
  }

  /** Starts a program that serves until it is stopped. Returns whether it came to serve. */
  async serve(program: string, settings: Environment): Promise<boolean> {
    if (this.#signal.aborted) return false;
    const child = this.#start(program, settings);
    const isServing = await Promise.race([
      once(child, 'message').then(() => true),
      once(child, 'exit').then(() => false),
      this.#aborted.then(() => false),
    ]);
    if (isServing) child.once('exit', status => this.#tellOfEnd(child, status));
    return isServing;
  }

  /** Stops what is running: a request that runs may finish. */
  async stop(): Promise<void> {
    const child = this.#running;
    this.#running = undefined;
    if (!child || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(grace_ms, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
  }

  #start(program: string, settings: Environment): ChildProcess {
    this.#running = fork(program, {
      env: { ...this.#shared, ...settings, NODE_COMPILE_CACHE: compileCache },
      detached: true, // a Ctrl-C ends make dev, which then ends this
    });
    return this.#running;
  }

  #tellOfEnd(child: ChildProcess, status: number | null): void {
    if (child !== this.#running || this.#signal.aborted) return;
    console.error(`The service ended with status ${status}. The next change of a file starts it again.`);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;
