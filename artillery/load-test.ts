import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Environment } from '../db/environment.ts';
import { ArtilleryFailure, type Generator } from './artillery.ts';
import { commitOf } from './checkout.ts';
import { productsOf } from './drawn.ts';
import { judge, lastKept } from './ensure.ts';
import type { LiveLine } from './live-line.ts';
import type { LoadRun } from './load-run.ts';
import type { Options } from './options.ts';
import { writeOwn } from './own.ts';
import versions from './package.json' with { type: 'json' };
import type { Own } from './plan.ts';
import { count, figure, plural } from './report/figures.ts';
import { runStage, type StageRun } from './run-stage.ts';
import { nameOf, needsOwn } from './scenario.ts';
import { findTarget, type Target } from './target.ts';

export interface LoadTest extends Options {
  /** Of the stack, if the target is the one of this checkout. */
  readonly settings: Environment;
  readonly generate: Generator;
  readonly live: LiveLine;
  /** Ends the run; what was seen until then is returned. */
  readonly signal: AbortSignal;
}

/**
 * Runs a scenario's stages against its target, until the generator is the limit in one of them, and says what was seen.
 * Throws BadOption when the target cannot be used, and ArtilleryFailure, before anything was seen: what was written until
 * then is told.
 */
export async function loadTest(test: LoadTest): Promise<LoadRun> {
  const { scenario, target: url, live, signal } = test;
  const target = await findTarget(url);
  let written = 0;
  try {
    const drawProduct = productsOf(target.products, scenario.products);
    const onAsk = () => written++;
    const own = needsOwn(scenario.visits) ? await writeOwn(target, { drawProduct, onAsk, signal }) : [];
    live.say(`${scenario.name}: ${url}, ${count(target.products)} products`);
    const startedAt = new Date().toISOString();
    const { runs, generatorLimit } = await runStages(test, target, own);
    const stages = runs.map(({ generatorLimit: _, ...stage }) => stage);
    const kept = lastKept(scenario.ensure, stages);
    const notTried = scenario.stages.slice(runs.length).map(nameOf);
    return {
      scenario: scenario.name,
      description: scenario.description,
      target: url,
      startedAt,
      tested: { ...testedOf(test, target), ...(signal.aborted && { Ended: 'early, by whoever ran it' }) },
      stages,
      promises: judge(scenario.ensure, stages),
      ...(kept && { keptUpTo: kept.name }),
      ...(notTried.length > 0 && { notTried }),
      ...(signal.aborted && { interruptedAfter_s: stages.reduce((all, { seconds }) => all + seconds, 0) }),
      ...(generatorLimit && { generatorLimit }),
      ...(written > 0 && { cleanUp: cleanUpOf(test, target, written + askedIn(runs)) }),
    };
  } catch (error) {
    if (written > 0) live.say(cleanUpOf(test, target, written));
    throw error;
  }
}

interface Ran {
  readonly runs: readonly StageRun[];
  readonly generatorLimit: string | undefined;
}

/** Also when Artillery falls, what the stages before saw is kept. */
async function runStages(test: LoadTest, target: Target, own: readonly Own[]): Promise<Ran> {
  const { generate, live, signal } = test;
  const { stages, visits, http, products: popularity, ensure } = test.scenario;
  const shared = { target, visits, http, popularity, own, slow_ms: ensure.p95, generate, signal };
  const runs: StageRun[] = [];
  for (const offer of stages) {
    if (signal.aborted || runs.at(-1)?.generatorLimit) break;
    live.begin(nameOf(offer), offer);
    try {
      const run = await runStage({ ...shared, offer, onPeriod: live.period });
      if (run) runs.push(run);
    } catch (error) {
      if (!(error instanceof ArtilleryFailure) || runs.length === 0) throw error;
      return { runs, generatorLimit: error.message };
    } finally {
      live.end();
    }
  }
  return { runs, generatorLimit: runs.at(-1)?.generatorLimit };
}

function testedOf({ isLocal, settings }: LoadTest, target: Target): Record<string, string> {
  const memory = figure(totalmem() / 2 ** 30);
  const commit = isLocal && commitOf(import.meta.dirname);
  return {
    Products: `${count(target.products)}, found by asking the target`,
    'API version': target.version,
    ...(commit && { Checkout: commit }),
    Generator:
      `Artillery ${versions.dependencies.artillery}, Node ${process.versions.node}, ` +
      `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${memory} GiB`,
    'Write limit':
      isLocal && target.isBehindNginx
        ? `${settings.WRITE_RATE || 50} a second of one address, ${settings.WRITE_BURST || 200} at once, by this checkout's settings`
        : 'unknown, of the target',
  };
}

/** Questions that visits asked. */
const askedIn = (stages: readonly StageRun[]) =>
  stages
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ name }) => name === 'POST /qa/questions')
    .reduce((all, { requests }) => all + requests, 0);

function cleanUpOf({ isLocal }: LoadTest, { isBehindNginx }: Target, questions: number): string {
  const what = `the ${plural(questions, 'question')} that the run asked, at most, with their answers`;
  const late = 'Answers that a cache still has are a minute old at most.';
  if (isLocal && isBehindNginx)
    return `make load-clean removes ${what}, from the stack that runs by this checkout's settings. ${late}`;
  return (
    `As the owner of the target's database, psql with artillery/load-clean.sql removes ${what}; on a host with the ` +
    `stack, make load-clean does. ${late}`
  );
}
