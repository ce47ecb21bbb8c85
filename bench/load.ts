import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Load } from '../app/testing/traffic/load.ts';

/** The core of the load generator. The stack has core 0. */
const core = '1';
const connections = 64;

/**
 * Sends requests ("GET /path") over 64 connections. Each connection waits for its response before the next request. A list that is
 * sent once ends the load, otherwise it starts again.
 */
export function closedLoad(
  url: string,
  requests: readonly string[],
  seconds: number,
  isOnce = false,
): Promise<Load> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', 'bench/wrk.lua'];
  return run(requests, list => ['wrk', ...options, url, list, isOnce ? 'once' : '']);
}

/** Sends requests at a fixed rate per second; see open-load.ts. */
export function openLoad(
  url: string,
  requests: readonly string[],
  seconds: number,
  rate: number,
): Promise<Load> {
  const options = ['--rate', String(rate), '--seconds', String(seconds)];
  return run(requests, list => [process.execPath, 'app/testing/traffic/open-load.ts', ...options, url, list]);
}

async function run(requests: readonly string[], commandFor: (list: string) => string[]): Promise<Load> {
  const list = join(tmpdir(), `elier-bench-${process.pid}.txt`);
  writeFileSync(list, requests.join('\n'));
  const { stdout } = await promisify(execFile)('taskset', ['-c', core, ...commandFor(list)]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
