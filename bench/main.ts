import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type IdRanges, readIdRanges } from '../app/testing/traffic/id-ranges.ts';
import { randomOf } from '../app/testing/traffic/random.ts';
import { coldPages, hotCatalogue } from '../app/testing/traffic/requests.ts';
import { integerSetting, settingsOrExit } from '../db/environment.ts';
import { closedLoad, openLoad } from './load.ts';
import { baselineUrl, type HttpServer, type Part, type Pgbench, parts, stackUrl } from './parts.ts';
import { refuse } from './refuse.ts';
import { keep } from './results.ts';
import {
  appReads,
  compose,
  diskReads,
  hurtContainers,
  readUsage,
  services,
  sql,
  startRig,
  stopRig,
  type Usage,
} from './rig.ts';
import { type Run, ratiosOf, summaryOf } from './summary.ts';

// Measures the stack and its baselines on one core. They take turns within each round. The report shows medians.

const range = { min: 1, max: 9999 };
const { rounds, seconds } = settingsOrExit(() => ({
  rounds: integerSetting(process.env, 'ROUNDS', 5, range),
  seconds: integerSetting(process.env, 'SECONDS_A_RUN', 10, range),
}));
/** Time for Node to compile hot code in all three replicas. */
const warmUp_s = 30;
/** Time for the cache to hold the hot URLs. */
const fillCache_s = 20;
const resultsPath = process.env.RESULTS ?? 'bench/results.json';

const requested = (process.env.ONLY ?? '').split(',').filter(Boolean);
const chosen = parts.filter(
  ({ name }) => requested.length === 0 || requested.some(start => name.startsWith(start)),
);
const unknown = requested.find(start => !parts.some(({ name }) => name.startsWith(start)));
if (unknown !== undefined)
  refuse(`There is no part ${unknown}, only ${parts.map(({ name }) => name).join(', ')}.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopRig();
    process.exit(130);
  });

try {
  startRig();
  const ids = await readIdRanges(sql);
  console.log(
    `${ids.products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s, at most 2,000 writes per second`,
  );
  keep(resultsPath, { idle: memoryOf(await readUsage()) });
  if (chosen.some(({ servers }) => servers.some(({ name }) => name === 'static file')))
    await saveStaticFiles(ids);
  for (const url of [stackUrl, baselineUrl]) await closedLoad(url, coldPages(ids, randomOf(0)), warmUp_s);
  for (const part of chosen) await measure(part, ids);
} finally {
  stopRig();
}

async function measure(part: Part, ids: IdRanges): Promise<void> {
  const runs: Record<string, Run[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [position, server] of part.servers.entries()) {
      const seed = round * 100 + position + 1;
      const run =
        'query' in server
          ? await pgbench(server, ids)
          : await load(server, ids, seed, part.isWarm ? (round === 0 ? fillCache_s : 2) : 0);
      runs[server.name] = [...(runs[server.name] ?? []), run];
    }
  console.log(`\n${part.name}`);
  console.table(Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, summaryOf(all)])));
  for (const ratio of ratiosOf(runs)) console.log(ratio);
  const hurt = hurtContainers();
  if (hurt.length > 0) throw new Error(`Restarted or OOM-killed: ${hurt.join(', ')}.`);
  keep(resultsPath, { [part.name]: { measured: measuredOf(ids), runs } });
}

/** The date, commit and data set of a measurement. */
function measuredOf({ products }: IdRanges): string {
  const commit = execFileSync('git', ['describe', '--always', '--dirty']).toString().trim();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, commit ${commit}, ${products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s`;
}

async function load(server: HttpServer, ids: IdRanges, seed: number, warm_s: number): Promise<Run> {
  const requests = server.requests(ids, randomOf(seed));
  // The warm-up draws from another seed, so that the run does not repeat its order.
  if (warm_s > 0) await closedLoad(server.url, server.requests(ids, randomOf(seed + 50)), warm_s);
  const before = { app: appReads(), usage: await readUsage(), disk: diskReads() };
  let peak = before.usage;
  const watch = setInterval(async () => {
    peak = higherOf(peak, await readUsage());
  }, 1000);
  const load = server.rate
    ? await openLoad(server.url, requests, seconds, server.rate)
    : await closedLoad(server.url, requests, seconds);
  clearInterval(watch);
  const usage = await readUsage();
  const good = load.requests - load.refused - load.limited;
  // A checked vote adds two reads and a write.
  const { checked = 0 } = load;
  const reads = good * (1 - shareOfWrites(requests)) + 2 * checked;
  const all = load.requests + 3 * checked;
  return {
    ...load,
    rate: good / load.seconds,
    ...costOf(before.usage, usage, all, load.seconds),
    memory_MiB: memoryOf(higherOf(peak, usage)),
    ...(server.url === stackUrl && { hit_rate: Math.max(0, 1 - (appReads() - before.app) / reads) }),
    disk_reads_per_request: (diskReads() - before.disk) / all,
  };
}

function shareOfWrites(requests: readonly string[]): number {
  return requests.filter(line => line.startsWith('PUT')).length / requests.length;
}

/** Runs the prepared query in PostgreSQL over 8 connections. */
async function pgbench({ query, values }: Pgbench, ids: IdRanges): Promise<Run> {
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
  return { rate, ...costOf(before, await readUsage(), rate * seconds, seconds), memory_MiB: {} };
}

function higherOf(one: Usage, other: Usage): Usage {
  const entries = services.map(service => {
    const [a, b] = [one[service], other[service]];
    return [service, a.memory_MiB > b.memory_MiB ? a : b];
  });
  return Object.fromEntries(entries);
}

function memoryOf(usage: Usage): Record<string, number> {
  return Object.fromEntries(services.map(service => [service, Math.round(usage[service].memory_MiB)]));
}

/** CPU seconds per 1,000 requests, and each service's share of the core. */
function costOf(before: Usage, after: Usage, requests: number, elapsed_s: number) {
  const used = services.map(service => [service, after[service].cpu_s - before[service].cpu_s] as const);
  const all = used.reduce((sum, [, cpu_s]) => sum + cpu_s, 0);
  return {
    cpu_s_per_1000: (all / requests) * 1000,
    cpu_share: Object.fromEntries(used.map(([service, cpu_s]) => [service, cpu_s / elapsed_s])),
  };
}

/** Saves the responses of the hot catalogue as the static files of the baseline. */
async function saveStaticFiles(ids: IdRanges): Promise<void> {
  for (const request of hotCatalogue(ids, randomOf(1))) {
    const path = request.replace('GET ', '');
    const response = await fetch(`${stackUrl}${path}`);
    if (!response.ok) throw new Error(`GET ${path} returned ${response.status}.`);
    const text = await response.text();
    const file = join('bench/.static', `${path}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    writeFileSync(`${file}.gz`, gzipSync(text));
  }
}
