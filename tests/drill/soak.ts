import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../../app/testing/http.ts';
import { readIdRanges } from '../../app/testing/traffic/id-ranges.ts';
import type { Load } from '../../app/testing/traffic/load.ts';
import { randomOf } from '../../app/testing/traffic/random.ts';
import { mixedPages } from '../../app/testing/traffic/requests.ts';
import { anyVisitor } from '../../app/testing/traffic/visitors.ts';
import { deathsSince, docker, memoryOf, port, replicas, sql, startTimes } from '../support/stack.ts';

/** Share of the rate that 64 connections reach. */
const share = 0.5;
/** Requests per second that one process can send evenly. */
const rateOfProcess = 2500;
/**
 * Connections of all processes, fewer than the limit of 500 writes in flight. After a pause of the whole machine, all overdue
 * requests are sent at once.
 */
const connections = 256;
/** Memory that a container may gain after the third minute, while its caches still fill. */
const maxGain_MiB = 16;
/** Descriptors of health checks and of connections that are being closed. */
const maxGain_descriptors = 5;
/** Nginx closes its idle connections to the replicas after 5 s. */
const untilIdleAreClosed_ms = 8000;

/** Resources in use at a time. */
interface Figures {
  readonly nginx_MiB: number;
  readonly postgres_MiB: number;
  /** Memory of the replica that is never restarted. */
  readonly app_MiB: number;
  /** Sockets only: its other descriptors are open files of the cache. */
  readonly nginxSockets: number;
  /** Descriptors of the replica that is never restarted. */
  readonly appDescriptors: number;
  readonly databaseConnections: number;
}

export interface SoakResult {
  /** Requests per second that 64 connections reach. */
  readonly reached: number;
  /** Requests per second of the soak. */
  readonly rate: number;
  readonly requests: number;
  readonly restarts: number;
  readonly mean_ms: number;
  /** The highest p99 of all processes. */
  readonly p99_ms: number;
  readonly figures: readonly Figures[];
  readonly findings: readonly string[];
}

/** Loads the stack with reads and votes for at least four minutes, and restarts a replica each minute. */
export async function soak(minutes: number, onMinute: (minute: number) => void): Promise<SoakResult> {
  const ids = await readIdRanges(sql);
  const reached = await ceiling(mixedPages(ids, randomOf(1)));
  const rate = Math.round(reached * share);
  const folder = await mkdtemp(join(tmpdir(), 'elier-soak-'));
  try {
    const list = join(folder, 'requests');
    await writeFile(list, mixedPages(ids, randomOf(2)).join('\n'));
    const names = await replicas();
    // One replica is never restarted, so that a leak has time to show.
    const kept = names.pop() as string;
    await sleep(untilIdleAreClosed_ms);
    const figures = [await read(kept)];
    const started = { ...(await startTimes()) };
    const died = new Set<string>();
    const noteDeaths = async () => {
      for (const death of await deathsSince(started)) died.add(death);
    };
    const loading = load(list, rate, minutes * 60);
    const started_ms = performance.now();
    let restarts = 0;
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(30_000);
      await noteDeaths();
      const restarted = names[minute % names.length] as string;
      await docker('restart', restarted);
      restarts++;
      started[restarted] = (await startTimes())[restarted] as string;
      figures.push(await read(kept));
      await sleep(Math.max(0, started_ms + minute * 60_000 - performance.now()));
      onMinute(minute);
    }
    const seen = await loading;
    await sleep(untilIdleAreClosed_ms);
    await noteDeaths();
    figures.push(await read(kept));
    return {
      reached,
      rate,
      restarts,
      figures,
      ...seen,
      findings: [...died, ...findingsIn(seen, figures)],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Counted = 'requests' | 'refused' | 'refusals' | 'limited' | 'broken' | 'checked' | 'stale';
type Seen = Required<Pick<Load, Counted | 'mean_ms' | 'p99_ms'>>;

/** Sends the requests of a list at a fixed rate, from as many processes as it takes. */
async function load(list: string, rate: number, seconds: number): Promise<Seen> {
  const processes = Math.ceil(rate / rateOfProcess);
  const args = ['app/testing/traffic/open-load.ts', `http://127.0.0.1:${port}`, list];
  args.push('--rate', String(rate / processes), '--seconds', String(seconds), '--visitors');
  args.push('--connections', String(Math.floor(connections / processes)));
  const all = Array.from({ length: processes }, async (): Promise<Seen> => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(await text(child.stdout));
  });
  return (await Promise.all(all)).reduce((sum, seen) => ({
    requests: sum.requests + seen.requests,
    refused: sum.refused + seen.refused,
    refusals: [...sum.refusals, ...seen.refusals],
    limited: sum.limited + seen.limited,
    broken: sum.broken + seen.broken,
    checked: sum.checked + seen.checked,
    stale: sum.stale + seen.stale,
    mean_ms: (sum.mean_ms * sum.requests + seen.mean_ms * seen.requests) / (sum.requests + seen.requests),
    p99_ms: Math.max(sum.p99_ms, seen.p99_ms),
  }));
}

/** Responses per second over 64 busy connections, measured for 10 s. */
async function ceiling(requests: readonly string[]): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const end_ms = performance.now() + 10_000;
  let sent = 0;
  const sending = Array.from({ length: 64 }, async () => {
    while (performance.now() < end_ms) {
      const [method = 'GET', path = '/'] = (requests[sent++ % requests.length] as string).split(' ');
      await call(port, path, { agent, method, headers: anyVisitor() });
    }
  });
  await Promise.all(sending);
  agent.destroy();
  return sent / 10;
}

function findingsIn(
  { refused, refusals, limited, broken, checked, stale }: Seen,
  figures: readonly Figures[],
): string[] {
  const gainedSince = (minute: number, name: keyof Figures) =>
    (figures.at(-1)?.[name] ?? Number.NaN) - (figures[minute]?.[name] ?? Number.NaN);
  const gained = (name: keyof Figures) => gainedSince(3, name);
  const grown = (name: keyof Figures) => gainedSince(0, name);
  return [
    ...(refused > 0 ? [`${refused} requests were refused.`] : []),
    ...(limited > 0 ? [`${limited} requests got a 429.`] : []),
    ...(refusals.length > 0 ? [`The first refused requests: ${refusals.join(', ')}.`] : []),
    ...(broken > 0 ? [`${broken} requests got no response.`] : []),
    ...(checked < 100 ? [`Only ${checked} votes were followed by a read.`] : []),
    ...(stale > 0 ? [`${stale} reads did not show the write before them.`] : []),
    ...(['nginx_MiB', 'postgres_MiB', 'app_MiB'] as const)
      .filter(name => !(gained(name) <= maxGain_MiB))
      .map(name => `${name} grew by ${Math.round(gained(name))} since the third minute.`),
    ...(grown('databaseConnections') > 0 ? ['The number of database connections grew.'] : []),
    ...(['nginxSockets', 'appDescriptors'] as const)
      .filter(name => !(grown(name) <= maxGain_descriptors))
      .map(name => `${name} grew by ${grown(name)}.`),
  ];
}

async function read(replica: string): Promise<Figures> {
  const [nginx, postgres] = ['elier-test-nginx-1', 'elier-test-postgres-1'] as const;
  return {
    nginx_MiB: Math.round(await memoryOf(nginx)),
    postgres_MiB: Math.round(await memoryOf(postgres)),
    app_MiB: Math.round(await memoryOf(replica)),
    nginxSockets: await descriptorsOf(nginx, "-lname 'socket:*'"),
    appDescriptors: await descriptorsOf(replica),
    databaseConnections: Number(
      await sql("select count(*) from pg_stat_activity where usename = 'elier_app'"),
    ),
  };
}

/** Open descriptors of all processes in a container that match a test of find. */
async function descriptorsOf(name: string, test = ''): Promise<number> {
  const count = `find /proc/[0-9]*/fd -type l ${test} 2>/dev/null | wc -l`;
  const descriptors = Number(await docker('exec', name, 'sh', '-c', count));
  if (descriptors === 0) throw new Error(`The descriptors of ${name} cannot be counted.`);
  return descriptors;
}
