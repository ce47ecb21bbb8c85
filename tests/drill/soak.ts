import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { mixedPages, randomOf, zipfPages } from '../../bench/requests.ts';
import { clientWith, docker, port, replicas, sql } from '../stack.ts';

/** Of what 64 connections reach. */
const share = 0.5;
/** The generator is one process: more is not its to send evenly. */
const maxRate = 2500;
/** What a container may have gained from the third minute to the last, in MiB: caches fill for longer than that. */
const maxGain_MiB = 16;

/** What a container, or PostgreSQL for the app, has at a time. */
interface Figures {
  readonly nginx_MiB: number;
  readonly postgres_MiB: number;
  /** The largest of the three. */
  readonly app_MiB: number;
  readonly nginxDescriptors: number;
  /** The most of the three. */
  readonly appDescriptors: number;
  readonly databaseConnections: number;
}

export interface SoakResult {
  readonly rate: number;
  readonly minutes: number;
  readonly requests: number;
  readonly restarts: number;
  readonly mean_ms: number;
  readonly p99_ms: number;
  readonly figures: readonly Figures[];
  readonly findings: readonly string[];
}

/** Loads the stack for some minutes, votes among the reads, and restarts a replica each minute. */
export async function soak(minutes: number, onMinute: (minute: number) => void): Promise<SoakResult> {
  const world = { products: await largest('catalogue.product', 'product_id'), ...(await questions()) };
  const rate = Math.min(maxRate, Math.round((await ceiling(zipfPages(world, randomOf(1)))) * share));
  const folder = await mkdtemp(join(tmpdir(), 'elier-soak-'));
  try {
    const list = join(folder, 'requests');
    await writeFile(list, mixedPages(world, randomOf(2)).join('\n'));
    const figures = [await read()];
    const loading = load(list, rate, minutes * 60);
    const started_ms = performance.now();
    let restarts = 0;
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(30_000);
      const names = await replicas();
      // One is left as it is, or a leak would have no time to show.
      await docker('restart', names[minute % (names.length - 1)] as string);
      restarts++;
      figures.push(await read());
      await sleep(Math.max(0, started_ms + minute * 60_000 - performance.now()));
      onMinute(minute);
    }
    const seen = await loading;
    await sleep(5000);
    figures.push(await read());
    return { rate, minutes, restarts, figures, ...seen, findings: findingsIn(seen, figures) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Seen {
  readonly requests: number;
  readonly refused: number;
  readonly limited: number;
  readonly broken: number;
  readonly checked: number;
  readonly stale: number;
  readonly mean_ms: number;
  readonly p99_ms: number;
}

/** Sends a list's requests at a fixed rate, in a process of its own. */
async function load(list: string, rate: number, seconds: number): Promise<Seen> {
  const words = ['bench/open-load.ts', `http://127.0.0.1:${port}`, list];
  const child = spawn(process.execPath, [...words, '--rate', String(rate), '--seconds', String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}

/** Answers a second, when 64 connections ask as fast as they are answered, for 10 s. */
async function ceiling(requests: readonly string[]): Promise<number> {
  const client = clientWith(64);
  const end_ms = performance.now() + 10_000;
  let sent = 0;
  const asking = Array.from({ length: 64 }, async () => {
    while (performance.now() < end_ms) await client(requests[sent++ % requests.length]?.split(' ')[1] ?? '/');
  });
  await Promise.all(asking);
  return sent / 10;
}

function findingsIn({ refused, limited, broken, stale }: Seen, figures: readonly Figures[]): string[] {
  const [before, , , early, ...later] = figures;
  const last = later.at(-1);
  const gained = (name: keyof Figures) => (last?.[name] ?? 0) - (early?.[name] ?? before?.[name] ?? 0);
  const grown = (name: keyof Figures) => (last?.[name] ?? 0) - (before?.[name] ?? 0);
  return [
    ...(refused > 0 ? [`${refused} requests were refused.`] : []),
    ...(limited > 0 ? [`${limited} writes met the limit.`] : []),
    ...(broken > 0 ? [`${broken} requests had no answer.`] : []),
    ...(stale > 0 ? [`${stale} reads did not show the write before them.`] : []),
    ...(['nginx_MiB', 'postgres_MiB', 'app_MiB'] as const)
      .filter(name => gained(name) > maxGain_MiB)
      .map(name => `${name} grew by ${Math.round(gained(name))} since the third minute.`),
    ...(grown('databaseConnections') > 0 ? ['There are more connections to the database than before.'] : []),
    // open_file_cache keeps 4,000 at most; connections to clients are gone by now.
    ...(grown('nginxDescriptors') > 4200
      ? ['Nginx has more descriptors open than its cache of files explains.']
      : []),
    ...(grown('appDescriptors') > 150
      ? ['A replica has more descriptors open than its connections explain.']
      : []),
  ];
}

async function read(): Promise<Figures> {
  const names = await replicas();
  const [nginx, postgres] = ['elier-test-nginx-1', 'elier-test-postgres-1'] as const;
  const most = async (measure: (name: string) => Promise<number>) =>
    Math.max(...(await Promise.all(names.map(measure))));
  return {
    nginx_MiB: await memoryOf(nginx),
    postgres_MiB: await memoryOf(postgres),
    app_MiB: await most(memoryOf),
    nginxDescriptors: await descriptorsOf(nginx),
    appDescriptors: await most(descriptorsOf),
    databaseConnections: Number(
      await sql("select count(*) from pg_stat_activity where usename = 'elier_app'"),
    ),
  };
}

const memoryOf = async (name: string) =>
  Number.parseFloat(await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', name));

/** Of all processes in a container. */
async function descriptorsOf(name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('docker', [
    'exec',
    name,
    'sh',
    '-c',
    'ls -d /proc/[0-9]*/fd/* 2>/dev/null | wc -l',
  ]);
  return Number(stdout);
}

const largest = async (table: string, id: string) => Number(await sql(`select max(${id}) from ${table}`));

async function questions() {
  const count = await largest('qa.question', 'question_id');
  const hidden = await sql(`select id from generate_series(1, ${count}) id
    where not exists (select from qa.question where question_id = id and not reported)`);
  return { questions: count, hidden: new Set(hidden.split('\n').map(Number)) };
}
