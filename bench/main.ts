import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type IdRanges, readIdRanges } from '../app/testing/traffic/id-ranges.ts';
import { coldPages, hotCatalogue } from '../app/testing/traffic/requests.ts';
import { integerSetting, SettingError, settingsOrExit } from '../db/environment.ts';
import { type Bound, bounds, measureBound } from './bounds.ts';
import { closedLoad } from './load.ts';
import { baselineUrl, beforeUrl, type HttpServer, type Part, parts, stackUrl } from './parts.ts';
import { refuse } from './refuse.ts';
import { keep } from './results.ts';
import { before, hurtContainers, readUsage, roles, sql, startRig, stopRig } from './rig.ts';
import { freshRandom, load, memoryOf, pgbench } from './run.ts';
import { type Results, type Run, ratiosOf, summaryOf } from './summary.ts';
import { warmUp } from './warm-up.ts';

// Measures the stack and its baselines on one core. They take turns within each round. The report shows medians.

const range = { min: 1, max: 9999 };
const { rounds, seconds, minutes, warmUpShare } = settingsOrExit(() => ({
  rounds: integerSetting(process.env, 'ROUNDS', 5, range),
  seconds: integerSetting(process.env, 'SECONDS_A_RUN', 10, range),
  minutes: integerSetting(process.env, 'MINUTES', 10, range),
  warmUpShare: shareSetting('WARM_UP'),
}));
/** Time for Node to compile hot code in all three replicas. */
const compile_s = 30;
/** Time for the cache to hold the hot URLs. */
const fillCache_s = 20;
/** Entries of the release before expire while the others are measured. All servers get the same, for a fair ratio. */
const refill_s = before ? 8 : 2;
const resultsPath = process.env.RESULTS ?? 'bench/results.json';

const requested = (process.env.ONLY ?? '').split(',').filter(Boolean);
const chosen =
  requested.length === 0
    ? parts
    : [...parts, ...bounds].filter(({ name }) => requested.some(start => name.startsWith(start)));
const names = [...parts, ...bounds].map(({ name }) => name);
const unknown = requested.find(start => !names.some(name => name.startsWith(start)));
if (unknown !== undefined) refuse(`There is no part ${unknown}, only ${names.join(', ')}.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopRig();
    process.exit(130);
  });

try {
  const commits = commitOf('.') + (before ? `, before: commit ${commitOf(before)}` : '');
  startRig();
  const ids = await readIdRanges(sql);
  const products = `${ids.products.toLocaleString('en')} products`;
  console.log(`${products}, ${rounds} rounds of ${seconds} s, at most 2,000 writes per second`);
  const day = new Date().toISOString().slice(0, 10);
  const measured = `${day}, commit ${commits}, ${products}`;
  keep(resultsPath, { idle: memoryOf(await readUsage(), roles.stack) });
  if (chosen.some(part => 'servers' in part && part.servers.some(({ name }) => name === 'static file')))
    await saveStaticFiles(ids);
  for (const url of [stackUrl, baselineUrl, ...(before ? [beforeUrl] : [])])
    await closedLoad(url, coldPages(ids, freshRandom()), compile_s);
  for (const part of chosen)
    if ('servers' in part)
      save(part, await measure(part, ids), `${measured}, ${rounds} rounds of ${seconds} s`);
    else save(part, await measureBound(part, ids, minutes, warmUpShare), measured);
} finally {
  stopRig();
}

/** Measures the servers of a part in turn, round by round. */
async function measure(part: Part, ids: IdRanges): Promise<Results> {
  const runs: Record<string, Run[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const server of part.servers) {
      const run =
        'query' in server
          ? await pgbench(server, ids, seconds)
          : await loadWarm(server, ids, part.isWarm, round === 0);
      runs[server.name] = [...(runs[server.name] ?? []), run];
    }
  return runs;
}

async function loadWarm(server: HttpServer, ids: IdRanges, isWarm: boolean, isFirst: boolean): Promise<Run> {
  if (isFirst) await warmUp(server, ids, warmUpShare);
  const fill_s = isFirst ? fillCache_s : refill_s;
  if (isWarm) await closedLoad(server.url, server.requests(ids, freshRandom()), fill_s);
  return load(server, server.requests(ids, freshRandom()), seconds);
}

/** Prints the figures and adds them to the results. Throws when a container was hurt. */
function save({ name }: Part | Bound, runs: Results, measured: string): void {
  console.log(`\n${name}`);
  console.table(Object.fromEntries(Object.entries(runs).map(([row, all]) => [row, summaryOf(all)])));
  for (const ratio of ratiosOf(runs)) console.log(ratio);
  const hurt = hurtContainers();
  if (hurt.length > 0) throw new Error(`Restarted or OOM-killed: ${hurt.join(', ')}.`);
  keep(resultsPath, { [name]: { measured, runs } });
}

/** The commit of a checkout. The results do not make it dirty. */
function commitOf(folder: string): string {
  const git = (...values: string[]) =>
    execFileSync('git', ['-C', folder, ...values])
      .toString()
      .trim();
  const results = [':!bench/results.json', ':!docs/performance/'];
  const isDirty = git('diff', '--name-only', 'HEAD', '--', '.', ...results) !== '';
  return git('describe', '--always') + (isDirty ? '-dirty' : '');
}

function shareSetting(name: string): number {
  const share = Number(process.env[name] || 1);
  if (share >= 0 && share <= 1) return share;
  throw new SettingError(`${name} must be a number from 0 to 1, not "${process.env[name]}".`);
}

/** Saves the responses of the hot catalogue as the static files of the baseline. */
async function saveStaticFiles(ids: IdRanges): Promise<void> {
  for (const request of hotCatalogue(ids, freshRandom())) {
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
