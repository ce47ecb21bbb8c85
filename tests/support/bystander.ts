import { setTimeout as sleep } from 'node:timers/promises';
import { docker, memoryOf, request, sql, startTimes } from './stack.ts';

/** DB_CONNECTIONS of three replicas, by default. */
const maxConnections = 3 * 8;
/**
 * Memory that a container may gain: buffers and heaps that it keeps, and about 2 MiB for each connection of PostgreSQL after
 * its first use.
 */
export const maxGain_MiB = { nginx: 40, app: 32, postgres: 80 };

const cachedPaths = ['/products/1', '/products/2/styles', '/qa/questions?product_id=1'];
/** One read in four is uncached. */
const pathOf = (number: number) => cachedPaths[number % 4] ?? uncachedPath();
const uncachedPath = () => `/products?page=${1_000_000 + Math.floor(Math.random() * 1e8)}&count=3`;

/**
 * Runs an action while a bystander reads four times per second. Each of these reads must succeed within 1.5 s, and the stack
 * must be unharmed.
 */
export const withBystander = (action: () => Promise<void>, maxGain = maxGain_MiB): Promise<void> =>
  unharmedBy(() => readDuring(action), maxGain);

async function readDuring(action: () => Promise<void>): Promise<void> {
  for (const path of [...cachedPaths, ...cachedPaths]) await request(path);
  const reads: { status: number; took_ms: number }[] = [];
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const started_ms = performance.now();
      const { status } = await request(pathOf(reads.length));
      reads.push({ status, took_ms: performance.now() - started_ms });
      await sleep(250);
    }
  })();
  try {
    await action();
  } finally {
    isOver = true;
    await reading;
  }
  expect(new Set(reads.map(({ status }) => status))).toEqual(new Set([200]));
  expect(Math.max(...reads.map(({ took_ms }) => took_ms))).toBeLessThan(1500);
}

/** Runs an action, after which no process may have restarted, and memory, connections and latency must be as before. */
export async function unharmedBy(action: () => Promise<void>, maxGain = maxGain_MiB): Promise<void> {
  const before = await containers();
  const worker = await workerOfNginx();
  const usual_ms = await medianLatency_ms();
  await action();
  await sleep(1200); // An abandoned statement ends within its 0.9 s.
  const after = await containers();
  expect(after.map(({ name, startedAt }) => [name, startedAt])).toEqual(
    before.map(({ name, startedAt }) => [name, startedAt]),
  );
  expect(await workerOfNginx()).toBe(worker);
  const gains = after.map(({ name, memory_MiB }, index) => {
    const service = name.replace(/^elier-test-(.*)-\d+$/, '$1') as keyof typeof maxGain;
    return { name, over_MiB: memory_MiB - (before[index]?.memory_MiB ?? 0) - maxGain[service] };
  });
  expect(gains.filter(({ over_MiB }) => !(over_MiB <= 0))).toEqual([]);
  const counts = await sql(
    "select count(*), count(*) filter (where state <> 'idle') from pg_stat_activity where usename = 'elier_app'",
  );
  const [connections, busy] = counts.split('|').map(Number);
  expect(connections).toBeLessThanOrEqual(maxConnections);
  expect(busy).toBe(0);
  expect(await medianLatency_ms()).toBeLessThan(2 * usual_ms + 20);
}

interface Container {
  readonly name: string;
  readonly startedAt: string;
  readonly memory_MiB: number;
}

async function containers(): Promise<Container[]> {
  const started = Object.entries(await startTimes());
  return Promise.all(
    started.map(async ([name, startedAt]) => ({ name, startedAt, memory_MiB: await memoryOf(name) })),
  );
}

/**
 * The worker process: Nginx replaces a crashed worker without a restart of its container. After an import in an earlier test, a second
 * one may still be shutting down.
 */
async function workerOfNginx(): Promise<string> {
  const processes = await docker('top', 'elier-test-nginx-1', '-eo', 'pid,args');
  return String(processes.split('\n').filter(line => /worker process *$/.test(line)));
}

/** The median latency of uncached reads. */
async function medianLatency_ms(): Promise<number> {
  const times_ms: number[] = [];
  for (let read = 0; read < 21; read++) {
    const started_ms = performance.now();
    expect((await request(uncachedPath())).status).toBe(200);
    times_ms.push(performance.now() - started_ms);
  }
  return times_ms.sort((a, b) => a - b)[10] ?? Number.NaN;
}
