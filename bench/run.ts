import type { IdRanges } from '../app/testing/traffic/id-ranges.ts';
import { randomOf } from '../app/testing/traffic/random.ts';
import { closedLoad, openLoad } from './load.ts';
import { beforeUrl, type HttpServer, type Pgbench, stackUrl } from './parts.ts';
import { appReads, compose, diskReads, type Roles, readUsage, roles, type Usage } from './rig.ts';
import type { Run } from './summary.ts';

/** The servers whose Nginx has a cache with hits to count. */
const releases: Readonly<Record<string, Roles>> = { [stackUrl]: roles.stack, [beforeUrl]: roles.before };

let seeds = 0;
/** Other random numbers each time: a repeated list would find its own cache entries. */
export const freshRandom = () => randomOf(++seeds);

/** Sends requests to a server for some seconds, or until a list that is sent once ends, and says what they cost. */
export async function load(
  { url, rate }: Pick<HttpServer, 'url' | 'rate'>,
  requests: readonly string[],
  seconds: number,
  isOnce = false,
): Promise<Run> {
  const behind = releases[url] ?? roles.baseline;
  const nginx = releases[url]?.nginx[0];
  const readsOf = () => (nginx ? appReads(nginx) : 0);
  const before = { reads: readsOf(), usage: await readUsage(), disk: diskReads() };
  let memory_MiB = memoryOf(before.usage, behind);
  const watchMemory = (usage: Usage) => {
    memory_MiB = higherOf(memory_MiB, memoryOf(usage, behind));
  };
  const watch = setInterval(async () => watchMemory(await readUsage()), 1000);
  const load = rate
    ? await openLoad(url, requests, seconds, rate)
    : await closedLoad(url, requests, seconds, isOnce);
  clearInterval(watch);
  const usage = await readUsage();
  watchMemory(usage);
  const good = load.requests - load.refused - load.limited;
  // A checked vote adds two reads and a write.
  const { checked = 0 } = load;
  const reads = good * (1 - shareOfWrites(requests)) + 2 * checked;
  const all = load.requests + 3 * checked;
  return {
    ...load,
    rate: good / load.seconds,
    cpu_us: costOf(before.usage, usage, behind, all),
    memory_MiB,
    ...(nginx && { hit_rate: Math.max(0, 1 - (readsOf() - before.reads) / reads) }),
    disk_reads_per_request: (diskReads() - before.disk) / all,
  };
}

function shareOfWrites(requests: readonly string[]): number {
  return requests.filter(line => line.startsWith('PUT')).length / requests.length;
}

/** Runs the prepared query in PostgreSQL over 8 connections. */
export async function pgbench({ query, values }: Pgbench, ids: IdRanges, seconds: number): Promise<Run> {
  const names = values.map((_, index) => `p${index + 1}`);
  const script = [
    ...values.map((value, index) => `\\set ${names[index]} ${value}`),
    query.together.text
      .replaceAll(/'([^']*):MI:SS([^']*)'/g, "E'$1\\x3aMI\\x3aSS$2'") // pgbench would take :MI for a variable
      .replace(/\$(\d)/g, 'array[:p$1]')
      .replaceAll('\n', ' '),
  ].join('\n');
  const before = await readUsage();
  const printed = compose(
    ...['exec', '-T', '-e', 'PGOPTIONS=-c plan_cache_mode=force_generic_plan', 'postgres', 'bash', '-c'],
    `pgbench -n -M prepared -U elier -c 8 -T ${seconds} -D products=${ids.products} -D questions=${ids.questions} -f <(echo "$0") elier`,
    script,
  );
  const rate = Number(/tps = ([\d.]+)/.exec(printed)?.[1]);
  return { rate, cpu_us: costOf(before, await readUsage(), roles.stack, rate * seconds), memory_MiB: {} };
}

function higherOf(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(one).map(([role, MiB]) => [role, Math.max(MiB, other[role] ?? 0)]),
  );
}

export function memoryOf(usage: Usage, behind: Roles): Record<string, number> {
  return byRole(behind, service => Math.round(usage.get(service)?.memory_MiB ?? 0));
}

/** CPU time per request in microseconds. */
function costOf(before: Usage, after: Usage, behind: Roles, requests: number): Record<string, number> {
  const cpu_us = (usage: Usage, service: string) => (usage.get(service)?.cpu_s ?? 0) * 1e6;
  return byRole(behind, service => (cpu_us(after, service) - cpu_us(before, service)) / requests);
}

/** The sum of a figure over the services of each role. */
function byRole(behind: Roles, figureOf: (service: string) => number): Record<string, number> {
  const sumOf = (names: readonly string[]) => names.reduce((sum, name) => sum + figureOf(name), 0);
  return Object.fromEntries(Object.entries(behind).map(([role, services]) => [role, sumOf(services)]));
}
