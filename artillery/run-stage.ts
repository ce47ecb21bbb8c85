import { ArtilleryFailure, type Generator, type Load } from './artillery.ts';
import { addCounts, type Counts, noCounts, type Sample } from './counts.ts';
import { productsOf } from './drawn.ts';
import { latencyOf } from './latencies.ts';
import type { Endpoint, Period, Stage } from './load-run.ts';
import { probe } from './probe.ts';
import { count, figure, percent } from './report/figures.ts';
import { sum } from './report/stage.ts';
import { meanRequests, nameOf, type Offer, type Visit } from './scenario.ts';
import type { Target } from './target.ts';

/** A stage is offered when this part of what was asked for was sent. */
const enough = 0.95;
/** The generator is late when what it measures takes so many times as long as what the probe does. */
const mostBesideProbe = 2;

export interface StageRun extends Stage {
  /** Why the generator, and not the target, was the limit; undefined when it was not. */
  readonly generatorLimit?: string;
}

export interface StageOptions {
  readonly target: Target;
  readonly visits: readonly Visit[];
  readonly http: object;
  readonly popularity: Load['plan']['popularity'];
  readonly own: Load['plan']['own'];
  readonly offer: Offer;
  /** A target that takes so long is slow by itself, whatever the generator adds. */
  readonly slow_ms: number;
  readonly generate: Generator;
  /** Is told what each second had, when the next begins. */
  readonly onPeriod: (period: Period) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a stage, and says what was seen in it: of one that was aborted, or in which Artillery fell, until then. Undefined
 * when it was aborted before anything was seen; throws ArtilleryFailure when Artillery fell before.
 */
export async function runStage(options: StageOptions): Promise<StageRun | undefined> {
  const { target, visits, http, popularity, own, offer, slow_ms, generate, onPeriod, signal } = options;
  const arrivals_s = Math.ceil(offer.rate / meanRequests(visits));
  const plan = { products: target.products, popularity, own, seconds: offer.seconds };
  const seen = new Seen();
  const probing = new AbortController();
  const probed = probe(target.url, productsOf(target.products, popularity), probing.signal);
  let failure: string | undefined;
  try {
    for await (const sample of generate({ target: target.url, http, visits, arrivals_s, plan }, signal)) {
      for (const period of seen.add(sample)) onPeriod(period);
    }
  } catch (error) {
    if (!(error instanceof ArtilleryFailure) || seen.seconds.length === 0) throw error;
    failure = error.message;
  } finally {
    probing.abort();
  }
  const probe_ms = await probed;
  if (seen.seconds.length === 0) return undefined;
  return stageOf(seen, { offer, arrivals_s, probe_ms, slow_ms, failure, isAborted: signal.aborted });
}

/** All samples of a stage, from all workers of Artillery. */
class Seen {
  readonly endpoints = new Map<string, Counts>();
  /** By the second in which they were told, from 1. */
  readonly seconds: Counts[] = [];
  visits = 0;
  #start_ms: number | undefined;

  /** Returns the seconds that are over with it. */
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
    const over = known > 0 ? this.seconds.slice(known - 1, -1) : [];
    return over.map((counts, index) => periodOf(counts, known + index));
  }
}

interface Circumstances {
  readonly offer: Offer;
  readonly arrivals_s: number;
  readonly probe_ms: number;
  readonly slow_ms: number;
  /** How Artillery fell. */
  readonly failure: string | undefined;
  readonly isAborted: boolean;
}

function stageOf(seen: Seen, circumstances: Circumstances): StageRun {
  const { offer, arrivals_s, probe_ms, slow_ms, failure, isAborted } = circumstances;
  const isCut = isAborted || failure !== undefined;
  for (const counts of seen.endpoints.values()) {
    if (isCut) counts.requests = counts.finished;
    else addUnanswered(counts);
  }
  const all = noCounts();
  for (const counts of seen.endpoints.values()) addCounts(all, counts);
  const seconds = isCut ? Math.min(seen.seconds.length, offer.seconds) : offer.seconds;
  const offered_s = all.requests / seconds;
  const latency_ms = latencyOf(all.latencies);
  const generatorLimit =
    failure ??
    limitOf({
      asked_s: offer.rate,
      offered_s,
      visits: seen.visits / (arrivals_s * seconds),
      besideProbe: probe_ms > 0 && probe_ms < slow_ms ? latency_ms.p50 / probe_ms : 1,
    });
  return {
    name: nameOf(offer),
    asked_s: offer.rate,
    offered_s,
    seconds,
    isJudged: generatorLimit === undefined,
    requests: all.requests,
    errors: all.errors,
    statusCodes: all.statusCodes,
    latency_ms,
    cache: all.cache,
    endpoints: [...seen.endpoints].map(endpointOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    periods: seen.seconds
      .slice(0, Math.max(seconds, lastError(seen.seconds)))
      .map((counts, index) => periodOf(counts, index + 1)),
    ...(generatorLimit && { generatorLimit }),
  };
}

/** What was still under way when the stage was ended. */
function addUnanswered({ requests, finished, errors }: Counts): void {
  if (requests > finished) errors['no answer before the end'] = requests - finished;
}

const endpointOf = ([name, counts]: [string, Counts]): Endpoint => ({
  name,
  requests: counts.requests,
  errors: sum(counts.errors),
  latency_ms: latencyOf(counts.latencies),
});

/** The second, from 1, in which the last request failed: of those sent towards the end, some seconds later. */
const lastError = (seconds: readonly Counts[]) => seconds.findLastIndex(({ errors }) => sum(errors) > 0) + 1;

function periodOf(counts: Counts, at_s: number): Period {
  const { p50, p95, p99 } = latencyOf(counts.latencies);
  return {
    at_s,
    requests_s: counts.requests,
    answers_s: sum(counts.statusCodes),
    errors_s: sum(counts.errors),
    p50_ms: p50,
    p95_ms: p95,
    p99_ms: p99,
  };
}

interface Offered {
  readonly asked_s: number;
  readonly offered_s: number;
  /** Visits that began, as a part of those that should have. */
  readonly visits: number;
  /** The median latency that Artillery measured, as a multiple of the probe's; 1 when the probe had no quick answers. */
  readonly besideProbe: number;
}

/** Why the generator was the limit: it sent less than it should, because it was late itself. */
function limitOf({ asked_s, offered_s, visits, besideProbe }: Offered): string | undefined {
  if (offered_s >= enough * asked_s || (visits >= enough && besideProbe <= mostBesideProbe)) return undefined;
  const why =
    visits < enough
      ? `${percent(1 - visits)} of the visits did not begin in time`
      : `it saw answers take ${figure(besideProbe)} times as long as one that asks by itself`;
  return (
    `Of ${count(asked_s)} requests a second Artillery sent ${count(offered_s)}, ` +
    `${percent(offered_s / asked_s)} of what was asked for: ${why}.`
  );
}
