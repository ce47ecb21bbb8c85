import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closedLoad, openLoad } from './load.ts';
import { type Bare, type Part, parts, plainWay, product, type Server } from './parts.ts';
import { coldPages, hotCatalogue, randomOf, type World } from './requests.ts';
import {
  appReads,
  compose,
  diskReads,
  readUsage,
  readWorld,
  services,
  startRig,
  stopRig,
  type Usage,
} from './stack.ts';
import { type Run, ratiosOf, summaryOf } from './summary.ts';

// Measures the stack on one core beside yardsticks that run in turn with it: rounds alternate, medians count.

const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS_A_RUN ?? 10);
/** Until Node has compiled what is hot, in each of three replicas. */
const warmUp_s = 30;
/** Until what is asked again and again is in the cache. */
const fillCache_s = 20;
const resultsPath = process.env.RESULTS ?? 'bench/results.json';

const asked = (process.env.ONLY ?? '').split(',').filter(Boolean);
const chosen = parts.filter(({ name }) => asked.length === 0 || asked.some(start => name.startsWith(start)));
if (chosen.length === 0)
  throw new Error(`ONLY must name some of ${parts.map(({ name }) => name).join(', ')}.`);

try {
  startRig();
  const world = readWorld();
  console.log(
    `${world.products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s, 2,000 writes a second at most`,
  );
  keep('idle', memoryOf(await readUsage()));
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
        'statement' in contestant
          ? await pgbench(contestant, world)
          : await load(contestant, world, seed, part.isWarm && (round === 0 ? fillCache_s : 2));
      runs[contestant.name] = [...(runs[contestant.name] ?? []), run];
    }
  console.log(`\n${part.name}`);
  console.table(Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, summaryOf(all)])));
  if (part.hasYardsticks) for (const ratio of ratiosOf(runs)) console.log(ratio);
  keep(part.name, runs);
}

/** Puts figures into the file of results, in the place of what an earlier run measured. */
function keep(name: string, figures: object): void {
  const results = existsSync(resultsPath) ? JSON.parse(readFileSync(resultsPath, 'utf8')) : {};
  writeFileSync(resultsPath, `${JSON.stringify({ ...results, [name]: figures }, undefined, 1)}\n`);
}

async function load(server: Server, world: World, seed: number, warm_s: number | false): Promise<Run> {
  const requests = server.requests(world, randomOf(seed));
  if (warm_s) await closedLoad(server.url, requests, warm_s);
  const before = { usage: await readUsage(), disk: diskReads(), app: appReads() };
  let peak = before.usage;
  const watch = setInterval(async () => {
    peak = higherOf(peak, await readUsage());
  }, 1000);
  const load = server.rate
    ? await openLoad(server.url, requests, seconds, server.rate)
    : await closedLoad(server.url, requests, seconds);
  clearInterval(watch);
  const usage = await readUsage();
  const reads = load.requests * (1 - shareOfWrites(requests));
  return {
    ...load,
    rate: load.requests / load.seconds,
    ...costOf(before.usage, usage, load.requests, load.seconds),
    memory_MiB: memoryOf(higherOf(peak, usage)),
    ...(server.url === product && { hit_rate: Math.max(0, 1 - (appReads() - before.app) / reads) }),
    disk_reads_per_request: (diskReads() - before.disk) / load.requests,
  };
}

function shareOfWrites(requests: readonly string[]): number {
  return requests.filter(line => line.startsWith('PUT')).length / requests.length;
}

/** The same statement, prepared, one question at a time, straight to PostgreSQL over 8 connections. */
async function pgbench({ statement, values }: Bare, world: World): Promise<Run> {
  const names = values.map((_, index) => `p${index + 1}`);
  const script = [
    ...values.map((value, index) => `\\set ${names[index]} ${value}`),
    statement.text
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
    const file = join('bench/.static', `${path}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await answer.text());
  }
}
