import { availableParallelism, totalmem } from 'node:os';
import type { Environment } from '../db/environment.ts';
import type { Generator } from './artillery.ts';
import { productsOf } from './drawn.ts';
import { judge } from './ensure.ts';
import type { LiveLine } from './live-line.ts';
import type { LoadRun } from './load-run.ts';
import type { Options } from './options.ts';
import { writeOwn } from './own.ts';
import versions from './package.json' with { type: 'json' };
import { count, figure } from './report/figures.ts';
import { runStage, type StageRun } from './run-stage.ts';
import { needsOwn } from './scenario.ts';
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
 * Throws BadOption when the target cannot be used, before the first shot, and what the generator throws.
 */
export async function loadTest(test: LoadTest): Promise<LoadRun> {
  const { scenario, target: url, generate, live, signal } = test;
  const { visits, http, products: popularity } = scenario;
  const target = await findTarget(url);
  const own = needsOwn(visits) ? await writeOwn(target, productsOf(target.products, popularity)) : [];
  live.say(`${scenario.name}: ${url}, ${count(target.products)} products`);

  const startedAt = new Date().toISOString();
  const runs: StageRun[] = [];
  for (const offer of scenario.stages) {
    if (signal.aborted || runs.at(-1)?.generatorLimit) break;
    live.begin(`${count(offer.rate)} a second`, offer);
    try {
      const onPeriod = live.period;
      const slow_ms = scenario.ensure.p95;
      runs.push(
        await runStage({ target, visits, http, popularity, own, offer, slow_ms, generate, onPeriod, signal }),
      );
    } finally {
      live.end();
    }
  }

  const stages = runs.map(({ generatorLimit: _, ...stage }) => stage);
  const generatorLimit = runs.at(-1)?.generatorLimit;
  return {
    scenario: scenario.name,
    description: scenario.description,
    target: url,
    startedAt,
    tested: { ...testedOf(test, target), ...(signal.aborted && { Ended: 'early, by whoever ran it' }) },
    stages,
    promises: judge(scenario.ensure, stages),
    ...(generatorLimit && { generatorLimit }),
    ...(own.length > 0 && { cleanUp: cleanUpOf(test, target, own.length + askedIn(runs)) }),
  };
}

function testedOf({ isLocal, settings }: LoadTest, target: Target): Record<string, string> {
  const memory = figure(totalmem() / 2 ** 30);
  return {
    Products: `${count(target.products)}, found by asking the target`,
    'API version': target.version,
    Generator:
      `Artillery ${versions.dependencies.artillery}, Node ${process.versions.node}, ` +
      `${availableParallelism()} cores, ${memory} GiB`,
    'Write limit':
      isLocal && target.isBehindNginx
        ? `${settings.WRITE_RATE || 50} a second of one address, ${settings.WRITE_BURST || 200} at once`
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
  const what = `the ${count(questions)} questions that the run asked, at most, with their answers`;
  const late = 'Answers that a cache still has are a minute old at most.';
  if (isLocal && isBehindNginx) return `make load-clean removes ${what}, from the local stack. ${late}`;
  return (
    `As the owner of the target's database, psql with artillery/load-clean.sql removes ${what}; on a host with the ` +
    `stack, make load-clean does. ${late}`
  );
}
