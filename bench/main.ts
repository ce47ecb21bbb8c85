import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closedLoad, type Load } from './load.ts';
import { type Bare, type Contestant, type Part, parts, plainWay, product } from './parts.ts';
import { coldPages, hotCatalogue, randomOf, type World } from './requests.ts';
import {
  compose,
  diskReads,
  readUsage,
  readWorld,
  services,
  startRig,
  stopRig,
  type Usage,
} from './stack.ts';

// Measures the stack on one core beside yardsticks that run in turn with it: rounds alternate, medians count.

const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS_A_RUN ?? 10);
/** Until Node has compiled what is hot, in each of three replicas. */
const warmUp_s = 30;
const resultsPath = 'bench/results.json';

/** A run: what the load saw, and what it cost. */
interface Run extends Partial<Load> {
  readonly rate: number;
  readonly cpu_s_per_1000: number;
  readonly cpu_share: Readonly<Record<string, number>>;
  readonly memory_MiB: Readonly<Record<string, number>>;
  /** Of the whole machine. */
  readonly disk_reads_per_request?: number;
}

const asked = (process.env.ONLY ?? '').split(',').filter(Boolean);
const chosen = parts.filter(({ name }) => asked.length === 0 || asked.some(start => name.startsWith(start)));
if (chosen.length === 0)
  throw new Error(`ONLY must name some of ${parts.map(({ name }) => name).join(', ')}.`);

try {
  startRig();
  const world = readWorld();
  console.log(`${world.products.toLocaleString('en')} products, ${rounds} rounds of ${seconds} s`);
  if (chosen.some(({ contestants }) => contestants.some(({ name }) => name === 'static file')))
    await saveStaticFiles(world);
  for (const url of [product, plainWay]) await closedLoad(url, coldPages(world, randomOf(0)), warmUp_s);
  for (const part of chosen) await measure(part, world);
} finally {
  stopRig();
}

async function measure(part: Part, world: World): Promise<void> {
  const runs = new Map<string, Run[]>(part.contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [position, contestant] of part.contestants.entries()) {
      const seed = round * 100 + position + 1;
      const run = await measureOnce(contestant, part.isWarm, world, seed);
      runs.get(contestant.name)?.push(run);
    }
  print(part, runs);
  const results = existsSync(resultsPath) ? JSON.parse(readFileSync(resultsPath, 'utf8')) : {};
  results[part.name] = Object.fromEntries(runs);
  writeFileSync(resultsPath, `${JSON.stringify(results, undefined, 1)}\n`);
}

async function measureOnce(
  contestant: Contestant,
  isWarm: boolean,
  world: World,
  seed: number,
): Promise<Run> {
  if ('statement' in contestant) return pgbench(contestant, world);
  const list = contestant.requests(world, randomOf(seed));
  if (isWarm) await closedLoad(contestant.url, list, 2);
  const before = await readUsage();
  const readsBefore = diskReads();
  const peak: Record<string, number> = {};
  const watch = setInterval(async () => notePeak(peak, await readUsage()), 1000);
  const load = await closedLoad(contestant.url, list, seconds);
  clearInterval(watch);
  const after = await readUsage();
  notePeak(peak, after);
  return {
    ...load,
    rate: load.requests / load.seconds,
    ...costOf(before, after, load.requests, load.seconds),
    memory_MiB: peak,
    disk_reads_per_request: (diskReads() - readsBefore) / load.requests,
  };
}

/** The same statement, prepared, straight to PostgreSQL over 8 connections. */
async function pgbench({ statement, values }: Bare, world: World): Promise<Run> {
  const names = values.map((_, index) => `p${index + 1}`);
  const script = [
    ...values.map((value, index) => `\\set ${names[index]} ${value}`),
    statement.text
      .replaceAll(/'([^']*):MI:SS([^']*)'/g, "E'$1\\x3aMI\\x3aSS$2'") // pgbench would take :MI for a variable
      .replace(/\$(\d)/g, ':p$1')
      .replaceAll('\n', ' '),
  ].join('\n');
  const before = await readUsage();
  const printed = compose(
    ...['exec', '-T', 'postgres', 'bash', '-c'],
    `pgbench -n -M prepared -U elier -c 8 -T ${seconds} -D products=${world.products} -D questions=${world.questions} -f <(echo "$0") elier`,
    script,
  );
  const rate = Number(/tps = ([\d.]+)/.exec(printed)?.[1]);
  return { rate, ...costOf(before, await readUsage(), rate * seconds, seconds), memory_MiB: {} };
}

function notePeak(peak: Record<string, number>, usage: Usage): void {
  for (const service of services)
    peak[service] = Math.max(peak[service] ?? 0, Math.round(usage[service].memory_MiB));
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

function print(part: Part, runs: ReadonlyMap<string, readonly Run[]>): void {
  const rows: Record<string, object> = {};
  const rateOf = (name: string) => median((runs.get(name) ?? []).map(({ rate }) => rate));
  for (const [name, all] of runs) {
    const middle = (value: (run: Run) => number | undefined) =>
      median(all.map(run => value(run) ?? Number.NaN));
    const rates = all.map(({ rate }) => rate).sort((a, b) => a - b);
    const share = (service: string) => Math.round(middle(run => run.cpu_share[service]) * 100);
    rows[name] = {
      'requests/s': Math.round(middle(run => run.rate)),
      spread: `${Math.round(rates[0] ?? 0)}–${Math.round(rates.at(-1) ?? 0)}`,
      'mean ms': rounded(middle(run => run.mean_ms)),
      p50: rounded(middle(run => run.p50_ms)),
      p95: rounded(middle(run => run.p95_ms)),
      p99: rounded(middle(run => run.p99_ms)),
      'p99.9': rounded(middle(run => run.p999_ms)),
      errors: all.reduce((sum, run) => sum + (run.refused ?? 0) + (run.broken ?? 0), 0),
      'bytes/answer': Math.round(middle(run => (run.bytes ?? Number.NaN) / (run.requests ?? 1))),
      'CPU s/1000': rounded(
        middle(run => run.cpu_s_per_1000),
        3,
      ),
      'core %': services
        .filter(service => share(service) > 0)
        .map(service => `${service} ${share(service)}`)
        .join(', '),
      'reads/request': rounded(
        middle(run => run.disk_reads_per_request),
        2,
      ),
      'MiB nginx/app/pg': ['nginx', 'app', 'postgres']
        .map(service => middle(run => run.memory_MiB[service]))
        .join('/'),
    };
  }
  console.log(`\n${part.name}`);
  console.table(rows);
  const [first, ...others] = part.contestants.map(({ name }) => name);
  for (const other of others) console.log(`${(rateOf(first ?? '') / rateOf(other)).toFixed(2)} × ${other}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
