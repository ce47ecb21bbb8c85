import type { Promised, Stage } from './load-run.ts';
import { count, figure, percentBeside } from './report/format.ts';
import { errorRate } from './report/stage.ts';

/** Thresholds, named as in Artillery's own `ensure`: the error rate in percent, latencies in ms. */
export interface Ensure {
  readonly maxErrorRate: number;
  readonly p95: number;
  readonly p99: number;
}

/** Writes are rare: an endpoint that always fails would not exceed the overall error rate. */
const maxEndpointErrorRate = 0.1;
/** With fewer requests, a single error would exceed the rate. */
const minRequests = 10;

/**
 * Judges the stages in which the generator was not the limit. Each threshold is compared with the worst of these stages.
 * A stage without any response breaks every promise on latency. Returns no promises when no stage can be judged.
 */
export function judge({ maxErrorRate, p95, p99 }: Ensure, stages: readonly Stage[]): Promised[] {
  const judged = stages.filter(({ isJudged }) => isJudged);
  if (judged.length === 0) return [];
  const promised = (
    promise: string,
    limit: number,
    of: (stage: Stage) => number,
    text: (value: number, stage: Stage) => string,
  ) => {
    const worst = judged.reduce((worst, stage) => (of(stage) > of(worst) ? stage : worst));
    const at = judged.length > 1 && of(worst) > 0 ? ` at ${worst.name}` : '';
    return { promise, measured: `${text(of(worst), worst)}${at}`, isKept: of(worst) < limit };
  };
  const latency = (percentile: 'p95' | 'p99', limit_ms: number) =>
    promised(
      `${percentile} below ${count(limit_ms)} ms`,
      limit_ms,
      stage => (hasResponses(stage) ? stage.latency_ms[percentile] : Number.POSITIVE_INFINITY),
      value => (Number.isFinite(value) ? `${figure(value)} ms` : 'no response'),
    );
  return [
    promised(
      `error rate below ${figure(maxErrorRate)} %`,
      maxErrorRate / 100,
      stage => (stage.requests > 0 ? errorRate(stage) : 1),
      value => percentBeside(maxErrorRate / 100, value),
    ),
    promised(
      `error rate of each endpoint below ${figure(maxEndpointErrorRate * 100)} %`,
      maxEndpointErrorRate,
      stage => worstEndpoint(stage)?.errorRate ?? 0,
      (value, stage) => {
        const rate = percentBeside(maxEndpointErrorRate, value);
        return value < maxEndpointErrorRate ? rate : `${rate} of ${worstEndpoint(stage)?.name}`;
      },
    ),
    latency('p95', p95),
    latency('p99', p99),
  ];
}

/** The last stage of the unbroken series, from the first stage on, in which every promise was kept. */
export function lastKept(ensure: Ensure, stages: readonly Stage[]): Stage | undefined {
  const isKept = (stage: Stage) => stage.isJudged && judge(ensure, [stage]).every(({ isKept }) => isKept);
  const end = stages.findIndex(stage => !isKept(stage));
  return end < 0 ? stages.at(-1) : stages[end - 1];
}

const worstEndpoint = ({ endpoints }: Stage) =>
  endpoints
    .filter(({ requests }) => requests >= minRequests)
    .map(({ name, requests, errors }) => ({ name, errorRate: errors / requests }))
    .sort((a, b) => b.errorRate - a.errorRate)[0];

const hasResponses = ({ statusCodes }: Stage) => Object.keys(statusCodes).length > 0;
