import { randomOf } from '../../app/testing/traffic/random.ts';
import type { Endpoint, Latency, LoadRun, Period, Promised, Stage } from '../load-run.ts';

/** Share of the load and relative latency of each endpoint. */
const mix: Readonly<Record<string, readonly [number, number]>> = {
  'GET /products/{product_id}': [0.22, 0.8],
  'GET /products/{product_id}/styles': [0.22, 1.3],
  'GET /products/{product_id}/related': [0.2, 0.7],
  'GET /qa/questions': [0.2, 1.2],
  'GET /qa/questions/{question_id}/answers': [0.12, 1],
  'PUT /qa/questions/{question_id}/helpful': [0.02, 1.9],
  'POST /qa/questions': [0.012, 2.4],
  'POST /qa/questions/{question_id}/answers': [0.008, 2.6],
};

const tested = {
  Products: '1,000,011, counted through the API',
  Stack: 'nginx 1.30, 3 replicas, PostgreSQL 18, on one core',
  Generator: 'Artillery 2.0.34, Node 24.21.0, 2 cores, 4 GiB',
  'Write limit': '50 writes/s from one address, 200 in a burst',
};

const cleanUp = 'make load-clean removes at most 12 questions that the run posted, with their answers.';

/** A run of one stage that kept its promises. Deterministic for a given seed. */
export function sampleRun(seed = 1): LoadRun {
  const random = randomOf(seed);
  const stage = stageOf(random, { planned_s: 200, seconds: 60, p50_ms: 2.4, errorRate: 0.0002, tooMany: 31 });
  return {
    scenario: 'browse',
    description:
      'A mix of product pages and question lists, as a front-end loads them; a few products are popular.',
    target: 'http://127.0.0.1:8080',
    startedAt: '2026-11-24T10:15:00.000Z',
    tested,
    stages: [stage],
    promises: promisesOf(stage),
    cleanUp,
  };
}

/** A run of four stages. The third breaks a promise; the last exceeds the generator's limit. */
export function sampleStages(seed = 1): LoadRun {
  const random = randomOf(seed);
  const shared = { seconds: 60, tooMany: 0 };
  const stages = [
    stageOf(random, { ...shared, planned_s: 100, p50_ms: 2.1, errorRate: 0 }),
    stageOf(random, { ...shared, planned_s: 1000, p50_ms: 3.2, errorRate: 0.0001 }),
    stageOf(random, { ...shared, planned_s: 3000, p50_ms: 20, errorRate: 0.004 }),
    stageOf(random, { ...shared, planned_s: 5000, offered_s: 3410, p50_ms: 61, errorRate: 0.031 }),
  ];
  return {
    ...sampleRun(seed),
    scenario: 'stages',
    description: 'The mix of browse at four rates in turn, up to the limit of the generator.',
    stages,
    promises: promisesOf(stages[2] as Stage),
    generatorLimit:
      'Artillery sent 3,410 of 5,000 planned requests/s (68 %): 32 % of the visits did not start in time.',
  };
}

interface StageShape {
  readonly planned_s: number;
  readonly offered_s?: number;
  readonly seconds: number;
  readonly p50_ms: number;
  readonly errorRate: number;
  readonly tooMany: number;
}

function stageOf(random: () => number, shape: StageShape): Stage {
  const { planned_s, seconds, p50_ms, errorRate, tooMany } = shape;
  const offered_s = shape.offered_s ?? planned_s * 0.998;
  const requests = Math.round(offered_s * seconds);
  const failed = Math.round(requests * errorRate);
  const unavailable = Math.ceil(failed * 0.7);
  const writes = Math.round(requests * 0.04);
  const reads = requests - writes - failed - tooMany;
  return {
    name: `${planned_s.toLocaleString('en')} a second`,
    planned_s,
    offered_s,
    seconds,
    isJudged: offered_s > planned_s * 0.95,
    requests,
    errors: failed > 0 ? { 'status 503': unavailable, 'no response within 5 s': failed - unavailable } : {},
    statusCodes: {
      200: reads,
      201: Math.round(writes / 2),
      204: writes - Math.round(writes / 2),
      ...(tooMany > 0 && { 429: tooMany }),
      ...(failed > 0 && { 503: unavailable }),
    },
    latency_ms: latencyOf(p50_ms, random),
    cache: {
      HIT: Math.round(reads * 0.86),
      MISS: Math.round(reads * 0.11),
      EXPIRED: Math.round(reads * 0.02),
      REVALIDATED: Math.round(reads * 0.01),
      BYPASS: writes,
    },
    endpoints: Object.entries(mix).map(
      ([name, [part, slowness]]): Endpoint => ({
        name,
        requests: Math.round(requests * part),
        errors: Math.round(failed * part),
        latency_ms: latencyOf(p50_ms * slowness, random),
      }),
    ),
    periods: Array.from({ length: seconds }, (_, index): Period => {
      const { p50, p95, p99 } = latencyOf(p50_ms * (index < 3 ? 1.8 : 1), random);
      const requests_s = offered_s * (0.97 + 0.06 * random());
      const errors_s = random() < 0.3 ? offered_s * errorRate * 3 * random() : 0;
      const responses_s = requests_s - errors_s * 0.3;
      return { at_s: index + 1, requests_s, responses_s, errors_s, p50_ms: p50, p95_ms: p95, p99_ms: p99 };
    }),
  };
}

/** Percentiles with a realistic long tail. */
function latencyOf(middle_ms: number, random: () => number): Latency {
  const about = (factor: number) => Number((middle_ms * factor * (0.85 + 0.3 * random())).toFixed(1));
  const [min, p50, mean, p95, p99, p999, max] = [0.3, 1, 1.35, 3.1, 7.4, 15, 40].map(about);
  return { min, mean, p50, p95, p99, p999, max } as Latency;
}

function promisesOf({ requests, errors, latency_ms: { p95, p99 } }: Stage): Promised[] {
  const rate = Object.values(errors).reduce((all, one) => all + one, 0) / requests;
  return [
    { promise: 'error rate below 1 %', measured: `${(rate * 100).toFixed(2)} %`, isKept: rate < 0.01 },
    { promise: 'p95 below 100 ms', measured: `${p95} ms`, isKept: p95 < 100 },
    { promise: 'p99 below 150 ms', measured: `${p99} ms`, isKept: p99 < 150 },
  ];
}
