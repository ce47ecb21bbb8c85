import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a run of the load generator saw. */
export interface Load {
  /** Those that were answered, whatever the answer. */
  readonly requests: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Answers of 429; other answers with a status from 400 on; requests without an answer. */
  readonly limited: number;
  readonly refused: number;
  readonly broken: number;
  readonly mean_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  /** Votes that were followed by a read, and how many of those reads did not show the vote. */
  readonly checked?: number;
  readonly stale?: number;
}

/** The core that the load comes from; the stack has the other. */
const core = '1';
const connections = 64;

/** Sends requests ("GET /path") over 64 connections, each as soon as its last answer is there. */
export function closedLoad(url: string, requests: readonly string[], seconds: number): Promise<Load> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', 'bench/wrk.lua'];
  return run(requests, list => ['wrk', ...options, url, list]);
}

/** Sends requests at a fixed rate a second; see open-load.ts. */
export function openLoad(
  url: string,
  requests: readonly string[],
  seconds: number,
  rate: number,
): Promise<Load> {
  const options = ['--rate', String(rate), '--seconds', String(seconds)];
  return run(requests, list => [process.execPath, 'bench/open-load.ts', ...options, url, list]);
}

async function run(requests: readonly string[], commandFor: (list: string) => string[]): Promise<Load> {
  const list = join(tmpdir(), `elier-bench-${process.pid}.txt`);
  writeFileSync(list, requests.join('\n'));
  const { stdout } = await promisify(execFile)('taskset', ['-c', core, ...commandFor(list)]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
