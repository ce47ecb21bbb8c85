import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a run of the load generator saw. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Answers with a status from 400 on, and requests without an answer. */
  readonly refused: number;
  readonly broken: number;
  readonly mean_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
}

/** The core that the load comes from; the stack has the other. */
const core = '1';

/** Sends requests ("GET /path") over 64 connections, each as soon as its last answer is there. */
export async function closedLoad(url: string, requests: readonly string[], seconds: number): Promise<Load> {
  const list = join(tmpdir(), `elier-bench-${process.pid}.txt`);
  writeFileSync(list, requests.join('\n'));
  const wrk = ['wrk', '-t1', '-c64', `-d${seconds}s`, '--timeout', '5s', '-s', 'bench/wrk.lua', url, list];
  const { stdout } = await promisify(execFile)('taskset', ['-c', core, ...wrk]);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1));
}
