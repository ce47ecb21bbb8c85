import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { closedLoad, openLoad } from './load.ts';
import { type Bare, type Part, parts, plainWay, product, type Server } from './parts.ts';
import { refuse } from './refuse.ts';
import { coldPages, hotCatalogue, randomOf } from './requests.ts';
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
} from './stack.ts';
import { type Run, ratiosOf, summaryOf } from './summary.ts';
import { readWorld, type World } from './world.ts';

// Measures the stack on one core beside yardsticks that run in turn with it: rounds alternate, medians count.

const rounds = wholeNumber('ROUNDS', 5);
const seconds = wholeNumber('SECONDS_A_RUN', 10);
/** Until Node has compiled what is hot, in each of three replicas. */
const warmUp_s = 30;
/** Until what is asked again and again is in the cache. */
const fillCache_s = 20;
const resultsPath = process.env.RESULTS ?? 'bench/results.json';

const asked = (process.env.ONLY ?? '').split(',').filter(Boolean);
const chosen = parts.filter(({ name }) => asked.length === 0 || asked.some(start => name.startsWith(start)));
const unknown = asked.find(start => !parts.some(({ name }) => name.startsWith(start)));
if (unknown !== undefined)
  refuse(`There is no part ${unknown}, only ${parts.map(({ name }) => name).join(', ')}.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopRig();
    process.exit(130);
  });

try {
  startRig();
  const world = await readWorld(sql);
  console.log(
    `${world.products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s, 2,000 writes a second at most`,
  );
  keep(resultsPath, { idle: memoryOf(await readUsage()) });
  if (chosen.some(({ contestants }) => contestants.some(({ name }) => name === 'static file')))
    await saveStaticFiles(world);
  for (const url of [product, plainWay]) await closedLoad(url, coldPages(world, randomOf(0)), warmUp_s);
  for (const part of chosen) await measure(part, world);
} finally {
  stopRig();
}

async function measure(part: Part, world: World): Promise<void> {
  const runs: Record<string, Run[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [position, contestant] of part.contestants.entries()) {
      const seed = round * 100 + position + 1;
      const run =
        'query' in contestant
          ? await pgbench(contestant, world)
          : await load(contestant, world, seed, part.isWarm ? (round === 0 ? fillCache_s : 2) : 0);
      runs[contestant.name] = [...(runs[contestant.name] ?? []), run];
    }
  console.log(`\n${part.name}`);
  console.table(Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, summaryOf(all)])));
  for (const ratio of ratiosOf(runs)) console.log(ratio);
  const hurt = hurtContainers();
  if (hurt.length > 0) throw new Error(`Restarted, or killed for lack of memory: ${hurt.join(', ')}.`);
  keep(resultsPath, { [part.name]: { measured: measuredOf(world), runs } });
}

/** When and on what a part was measured. */
function measuredOf({ products }: World): string {
  const commit = execFileSync('git', ['describe', '--always', '--dirty']).toString().trim();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, commit ${commit}, ${products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s`;
}

async function load(server: Server, world: World, seed: number, warm_s: number): Promise<Run> {
  const requests = server.requests(world, randomOf(seed));
  // Other draws: what is measured must not have been asked before in the same order.
  if (warm_s > 0) await closedLoad(server.url, server.requests(world, randomOf(seed + 50)), warm_s);
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
  // A checked vote is two reads and a write more.
  const { checked = 0 } = load;
  const reads = good * (1 - shareOfWrites(requests)) + 2 * checked;
  const all = load.requests + 3 * checked;
  return {
    ...load,
    rate: good / load.seconds,
    ...costOf(before.usage, usage, all, load.seconds),
    memory_MiB: memoryOf(higherOf(peak, usage)),
    ...(server.url === product && { hit_rate: Math.max(0, 1 - (appReads() - before.app) / reads) }),
    disk_reads_per_request: (diskReads() - before.disk) / all,
  };
}

function shareOfWrites(requests: readonly string[]): number {
  return requests.filter(line => line.startsWith('PUT')).length / requests.length;
}

/** The same query, prepared, one at a time, straight to PostgreSQL over 8 connections. */
async function pgbench({ query, values }: Bare, world: World): Promise<Run> {
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
    `pgbench -n -M prepared -U elier -c 8 -T ${seconds} -D products=${world.products} -D questions=${world.questions} -f <(echo "$0") elier`,
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

/** Processor seconds per 1,000 requests, and each service's share of the core. */
function costOf(before: Usage, after: Usage, requests: number, elapsed_s: number) {
  const used = services.map(service => [service, after[service].cpu_s - before[service].cpu_s] as const);
  const all = used.reduce((sum, [, cpu_s]) => sum + cpu_s, 0);
  return {
    cpu_s_per_1000: (all / requests) * 1000,
    cpu_share: Object.fromEntries(used.map(([service, cpu_s]) => [service, cpu_s / elapsed_s])),
  };
}

/** The files that the static yardstick serves: the hot catalogue's answers. */
async function saveStaticFiles(world: World): Promise<void> {
  for (const request of hotCatalogue(world, randomOf(1))) {
    const path = request.replace('GET ', '');
    const answer = await fetch(`${product}${path}`);
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}.`);
    const text = await answer.text();
    const file = join('bench/.static', `${path}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    writeFileSync(`${file}.gz`, gzipSync(text));
  }
}

function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name] || String(fallback);
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  return refuse(`${name} must be a whole number from 1 to 9999, not "${text}".`);
}
