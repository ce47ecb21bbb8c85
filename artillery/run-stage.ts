import { ArtilleryFailure, type Generator } from './artillery.ts';
import { addCounts, type Counts, noCounts, type Sample } from './counts.ts';
import { latencyOf } from './latencies.ts';
import type { Endpoint, Period, Stage } from './load-run.ts';
import type { SeedQuestion } from './plan.ts';
import { productDrawer } from './popularity.ts';
import { probe } from './probe.ts';
import { count, figure, percent } from './report/format.ts';
import { sum } from './report/stage.ts';
import { meanRequests, nameOf, type Scenario, type ScenarioStage } from './scenario.ts';
import type { Target } from './target.ts';

/** Below this share of the planned requests or visits, the stage fell short of its plan. */
const minSentShare = 0.95;
/** The generator is overloaded when its median latency exceeds that of the probe by this factor. */
const maxProbeRatio = 2;

export interface StageRun extends Stage {
  /** Why the generator, not the target, was the limit. */
  readonly generatorLimit?: string;
}

export interface StageOptions {
  readonly target: Target;
  readonly scenario: Scenario;
  readonly seeds: readonly SeedQuestion[];
  readonly stage: ScenarioStage;
  readonly generate: Generator;
  /** Called for each second when the next one starts. */
  readonly onPeriod: (period: Period) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a stage and returns its results. After an abort or a crash of Artillery these are the results so far. Before the
 * first sample, an abort returns undefined and a crash throws ArtilleryFailure.
 */
export async function runStage(options: StageOptions): Promise<StageRun | undefined> {
  const { target, scenario, seeds, stage, generate, onPeriod, signal } = options;
  const { visits, http, products: popularity } = scenario;
  const arrivals_s = Math.ceil(stage.rate / meanRequests(visits));
  const plan = { products: target.products, popularity, seeds, seconds: stage.seconds };
  const samples = new StageSamples();
  const probing = new AbortController();
  const probed = probe(target.url, productDrawer(target.products, popularity), probing.signal);
  let failure: string | undefined;
  try {
    for await (const sample of generate({ target: target.url, http, visits, arrivals_s, plan }, signal)) {
      for (const period of samples.add(sample)) onPeriod(period);
    }
  } catch (error) {
    if (!(error instanceof ArtilleryFailure) || samples.seconds.length === 0) throw error;
    failure = error.message;
  } finally {
    probing.abort();
  }
  const probe_ms = await probed;
  // A target that takes this long for the probe is slow by itself: the generator is then not the limit.
  const slow_ms = scenario.ensure.p95;
  if (samples.seconds.length === 0) return undefined;
  return stageOf(samples, { stage, arrivals_s, probe_ms, slow_ms, failure, isAborted: signal.aborted });
}

/** The sum of all samples of a stage, from all workers of Artillery. */
class StageSamples {
  readonly endpoints = new Map<string, Counts>();
  /** One element per second, by the time of the sample. */
  readonly seconds: Counts[] = [];
  visits = 0;
  #start_ms: number | undefined;

  /** Returns the seconds that this sample completes. */
  add({ at_ms, visits, endpoints }: Sample): Period[] {
    this.#start_ms ??= at_ms - 1000;
    this.visits += visits;
    const second = Math.max(1, Math.round((at_ms - this.#start_ms) / 1000));
    const known = this.seconds.length;
    while (this.seconds.length < second) this.seconds.push(noCounts());
    const ofSecond = this.seconds[second - 1] as Counts;
    for (const [name, counts] of Object.entries(endpoints)) {
      const ofEndpoint = this.endpoints.get(name) ?? noCounts();
      this.endpoints.set(name, ofEndpoint);
      addCounts(ofEndpoint, counts);
      addCounts(ofSecond, counts);
    }
    const complete = known > 0 ? this.seconds.slice(known - 1, -1) : [];
    return complete.map((counts, index) => periodOf(counts, known + index));
  }
}

interface Circumstances {
  readonly stage: ScenarioStage;
  readonly arrivals_s: number;
  readonly probe_ms: number;
  readonly slow_ms: number;
  /** Message of the crash of Artillery, if any. */
  readonly failure: string | undefined;
  readonly isAborted: boolean;
}

function stageOf(samples: StageSamples, circumstances: Circumstances): StageRun {
  const { stage, arrivals_s, probe_ms, slow_ms, failure, isAborted } = circumstances;
  const isPartial = isAborted || failure !== undefined;
  for (const counts of samples.endpoints.values()) {
    if (isPartial) counts.requests = counts.finished;
    else addRequestsInFlight(counts);
  }
  const all = noCounts();
  for (const counts of samples.endpoints.values()) addCounts(all, counts);
  const seconds = isPartial ? Math.min(samples.seconds.length, stage.seconds) : stage.seconds;
  const offered_s = all.requests / seconds;
  const latency_ms = latencyOf(all.latencies);
  const generatorLimit =
    failure ??
    limitOf({
      planned_s: stage.rate,
      offered_s,
      visits: samples.visits / (arrivals_s * seconds),
      probeRatio: probe_ms > 0 && probe_ms < slow_ms ? latency_ms.p50 / probe_ms : 1,
    });
  return {
    name: nameOf(stage),
    planned_s: stage.rate,
    offered_s,
    seconds,
    isJudged: generatorLimit === undefined,
    requests: all.requests,
    errors: all.errors,
    statusCodes: all.statusCodes,
    latency_ms,
    cache: all.cache,
    endpoints: [...samples.endpoints].map(endpointOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    periods: samples.seconds
      .slice(0, Math.max(seconds, lastError(samples.seconds)))
      .map((counts, index) => periodOf(counts, index + 1)),
    ...(generatorLimit && { generatorLimit }),
  };
}

/** Counts the requests still in flight at the end of the stage as errors. */
function addRequestsInFlight({ requests, finished, errors }: Counts): void {
  if (requests > finished) errors['no response before the end of the stage'] = requests - finished;
}

const endpointOf = ([name, counts]: [string, Counts]): Endpoint => ({
  name,
  requests: counts.requests,
  errors: sum(counts.errors),
  latency_ms: latencyOf(counts.latencies),
});

/** The second, from 1, of the last error. A request sent near the end of a stage may time out seconds after it. */
const lastError = (seconds: readonly Counts[]) => seconds.findLastIndex(({ errors }) => sum(errors) > 0) + 1;

function periodOf(counts: Counts, at_s: number): Period {
  const { p50, p95, p99 } = latencyOf(counts.latencies);
  return {
    at_s,
    requests_s: counts.requests,
    responses_s: sum(counts.statusCodes),
    errors_s: sum(counts.errors),
    p50_ms: p50,
    p95_ms: p95,
    p99_ms: p99,
  };
}

interface SentLoad {
  readonly planned_s: number;
  readonly offered_s: number;
  /** Share of the planned visits that started. */
  readonly visits: number;
  /** Median latency measured by Artillery, divided by that of the probe. 1 when the probe saw a slow target or no response. */
  readonly probeRatio: number;
}

/** Returns why the generator was the limit: it sent too few requests, and was itself the cause. */
function limitOf({ planned_s, offered_s, visits, probeRatio }: SentLoad): string | undefined {
  if (offered_s >= minSentShare * planned_s || (visits >= minSentShare && probeRatio <= maxProbeRatio))
    return undefined;
  const why =
    visits < minSentShare
      ? `${percent(1 - visits)} of the visits did not start in time`
      : `its median latency was ${figure(probeRatio)} times that of the probe`;
  return (
    `Artillery sent ${count(offered_s)} of ${count(planned_s)} planned requests/s ` +
    `(${percent(offered_s / planned_s)}): ${why}.`
  );
}
