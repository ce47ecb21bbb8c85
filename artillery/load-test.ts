import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Environment } from '../db/environment.ts';
import type { Progress } from '../db/progress.ts';
import { ArtilleryFailure, type Generator } from './artillery.ts';
import { commitOf } from './checkout.ts';
import { judge, lastKept } from './ensure.ts';
import type { LoadRun, Period } from './load-run.ts';
import type { Options } from './options.ts';
import versions from './package.json' with { type: 'json' };
import type { SeedQuestion } from './plan.ts';
import { productDrawer } from './popularity.ts';
import { count, figure, plural } from './report/format.ts';
import { runStage, type StageRun } from './run-stage.ts';
import { nameOf, needsSeedQuestions } from './scenario.ts';
import { writeSeedQuestions } from './seed-questions.ts';
import { findTarget, type Target } from './target.ts';

export interface LoadTest extends Options {
  /** Settings of this checkout's stack; used in the report when the stack is the target. */
  readonly settings: Environment;
  readonly generate: Generator;
  readonly progress: Progress;
  /** Ends the run; the results so far are returned. */
  readonly signal: AbortSignal;
}

/**
 * Runs the stages of a scenario until the last one, or until the generator is the limit. Throws BadOption when the target
 * cannot be used, and ArtilleryFailure when Artillery fails before the first sample. If the run wrote data, it first prints
 * how to remove the data.
 */
export async function loadTest(test: LoadTest): Promise<LoadRun> {
  const { scenario, target: url, progress, signal } = test;
  const target = await findTarget(url);
  let written = 0;
  try {
    const drawProduct = productDrawer(target.products, scenario.products);
    const onQuestion = () => written++;
    const seeds = needsSeedQuestions(scenario.visits)
      ? await writeSeedQuestions(target, { drawProduct, onQuestion, signal })
      : [];
    progress.note(`${scenario.name}: ${url}, ${count(target.products)} products`);
    const startedAt = new Date().toISOString();
    const { runs, generatorLimit } = await runStages(test, target, seeds);
    const stages = runs.map(({ generatorLimit: _, ...stage }) => stage);
    const kept = lastKept(scenario.ensure, stages);
    const notTried = scenario.stages.slice(runs.length).map(nameOf);
    return {
      scenario: scenario.name,
      description: scenario.description,
      target: url,
      startedAt,
      tested: {
        ...testedOf(test, target),
        ...(signal.aborted && { Ended: 'early, interrupted by the user' }),
      },
      stages,
      promises: judge(scenario.ensure, stages),
      ...(kept && { keptUpTo: kept.name }),
      ...(notTried.length > 0 && { notTried }),
      ...(signal.aborted && { interruptedAfter_s: stages.reduce((all, { seconds }) => all + seconds, 0) }),
      ...(generatorLimit && { generatorLimit }),
      ...(written > 0 && { cleanUp: cleanUpOf(test, target, written + questionsPosted(runs)) }),
    };
  } catch (error) {
    if (written > 0) progress.note(cleanUpOf(test, target, written));
    throw error;
  }
}

interface Ran {
  readonly runs: readonly StageRun[];
  readonly generatorLimit: string | undefined;
}

/** When Artillery crashes, the results of the earlier stages are kept. */
async function runStages(test: LoadTest, target: Target, seeds: readonly SeedQuestion[]): Promise<Ran> {
  const { scenario, generate, progress, signal } = test;
  const onPeriod = ({ at_s, requests_s, p95_ms, errors_s }: Period) =>
    progress.advance(
      at_s,
      `${figure(requests_s)} requests/s | p95 ${figure(p95_ms)} ms | ${figure(errors_s)} errors/s`,
    );
  const runs: StageRun[] = [];
  for (const stage of scenario.stages) {
    if (signal.aborted || runs.at(-1)?.generatorLimit) break;
    progress.begin(nameOf(stage), stage.seconds);
    try {
      const run = await runStage({ target, scenario, seeds, stage, generate, onPeriod, signal });
      if (run) runs.push(run);
    } catch (error) {
      if (!(error instanceof ArtilleryFailure) || runs.length === 0) throw error;
      return { runs, generatorLimit: error.message };
    } finally {
      progress.end();
    }
  }
  return { runs, generatorLimit: runs.at(-1)?.generatorLimit };
}

function testedOf({ isLocal, settings }: LoadTest, target: Target): Record<string, string> {
  const memory = figure(totalmem() / 2 ** 30);
  const commit = isLocal && commitOf(import.meta.dirname);
  return {
    Products: `${count(target.products)}, counted through the API`,
    'API version': target.version,
    ...(commit && { Checkout: commit }),
    Generator:
      `Artillery ${versions.dependencies.artillery}, Node ${process.versions.node}, ` +
      `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown model'}, ${memory} GiB`,
    'Write limit':
      isLocal && target.isBehindNginx
        ? `${settings.WRITE_RATE || 50} writes/s from one address, ${settings.WRITE_BURST || 200} in a burst (settings of this checkout)`
        : 'unknown, set by the target',
  };
}

const questionsPosted = (stages: readonly StageRun[]) =>
  stages
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ name }) => name === 'POST /qa/questions')
    .reduce((all, { requests }) => all + requests, 0);

function cleanUpOf({ isLocal }: LoadTest, { isBehindNginx }: Target, questions: number): string {
  const data = `at most ${plural(questions, 'question')} that the run posted, with their answers`;
  const delay = 'Caches may serve them for up to half a minute after that.';
  if (isLocal && isBehindNginx)
    return `make load-clean removes ${data}, from the database of this checkout's stack. ${delay}`;
  return (
    `make load-clean on the host of the stack removes ${data}. For another database, run ` +
    `psql -f artillery/load-clean.sql as its owner. ${delay}`
  );
}
