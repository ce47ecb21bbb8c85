import { STATUS_CODES } from 'node:http';
import type { LoadRun, Stage } from '../load-run.ts';
import { count, duration, figure, moment, none, percent } from './format.ts';
import { errorRate, hitRate, sum, throughput } from './stage.ts';

/** A table of a report, in HTML or Markdown. */
export interface Table {
  readonly caption: string;
  /** The first is the heading of the row names. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Aligns texts left; numbers are aligned right. */
  readonly holdsTexts?: boolean;
}

export interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  /** Marks an exceptional row. */
  readonly note?: string;
}

/** Limits on rows and name length, because both depend on the target. */
const maxKinds = 20;
const maxName = 200;

const unjudged = ({ isJudged }: Stage) => (isJudged ? {} : { note: 'limited by the generator, not judged' });

export const promises = (run: LoadRun): Table => ({
  caption: 'The worst judged stage counts.',
  columns: ['Promise', 'Measured', 'Verdict'],
  rows: run.promises.map(({ promise, measured, isKept }) => ({
    name: promise,
    cells: [measured, isKept ? 'kept' : 'broken'],
  })),
  holdsTexts: true,
});

export const stages = (run: LoadRun): Table => ({
  caption: 'Requests and responses per second, mean latency, and share of failed requests.',
  columns: ['Stage', 'Sent, /s', 'Throughput, /s', 'Latency, ms', 'Error rate'],
  rows: run.stages.map(stage => ({
    name: stage.name,
    cells: [
      ...[stage.offered_s, throughput(stage), stage.latency_ms.mean].map(figure),
      percent(errorRate(stage)),
    ],
    ...unjudged(stage),
  })),
});

export const latency = (run: LoadRun): Table => ({
  caption: 'In ms. 99 of 100 responses took at most the p99.',
  columns: ['Stage', 'min', 'p50', 'p95', 'p99', 'p99.9', 'max'],
  rows: run.stages.map(stage => {
    const { min, p50, p95, p99, p999, max } = stage.latency_ms;
    return { name: stage.name, cells: [min, p50, p95, p99, p999, max].map(figure), ...unjudged(stage) };
  }),
});

/** Without 429: this status shows that the limit on writes works and says nothing about the health of the target. */
export function statusCodes(run: LoadRun): Table {
  return byStage(
    run,
    'Status',
    'Responses, and their share of all requests.',
    ({ statusCodes, requests }) => ({
      counts: Object.fromEntries(
        Object.entries(statusCodes)
          .filter(([code]) => code !== '429')
          .map(([code, responses]) => [`${code} ${STATUS_CODES[code] ?? ''}`.trim(), responses]),
      ),
      all: requests,
    }),
  );
}

/** The number of 429 responses, and the limit that applied. */
export function tooManyRequests(run: LoadRun): string {
  const responses = run.stages.reduce((all, stage) => all + (stage.statusCodes['429'] ?? 0), 0);
  const requests = run.stages.reduce((all, stage) => all + stage.requests, 0);
  const limit = run.tested['Write limit'];
  const inForce = limit ? `Write limit: ${limit}.` : 'The write limit is unknown.';
  const seen =
    responses > 0
      ? `${count(responses)} of ${count(requests)} requests (${percent(responses / requests)})`
      : 'none';
  return `${seen}. ${inForce}`;
}

export const errors = (run: LoadRun): Table =>
  byStage(run, 'Error', 'Failed requests by reason, and their share of all requests.', stage => ({
    counts: stage.errors,
    all: stage.requests,
  }));

export function cache(run: LoadRun): Table {
  const table = byStage(run, 'X-Cache', 'Responses with an X-Cache header, by its value.', stage => ({
    counts: stage.cache,
    all: sum(stage.cache),
  }));
  const rate = { name: 'Hit rate', cells: run.stages.map(stage => percent(hitRate(stage))) };
  return { ...table, rows: [rate, ...table.rows] };
}

export const endpoints = ({ endpoints }: Stage): Table => ({
  caption: 'Latency in ms.',
  columns: ['Endpoint', 'Requests', 'Errors', 'mean', 'p50', 'p95', 'p99', 'max'],
  rows: endpoints.map(({ name, requests, errors, latency_ms: { mean, p50, p95, p99, max } }) => ({
    name,
    cells: [count(requests), count(errors), ...[mean, p50, p95, p99, max].map(figure)],
  })),
});

export const tested = (run: LoadRun): Table => ({
  caption: 'As recorded by the run.',
  columns: ['', ''],
  rows: Object.entries(testedOf(run)).map(([name, value]) => ({ name, cells: [value] })),
  holdsTexts: true,
});

/** The test environment, with the target, time and length of the run. */
export const testedOf = (run: LoadRun): Record<string, string> => ({
  Target: run.target,
  Started: moment(run.startedAt),
  Stages: run.stages.map(({ name, seconds }) => `${name} for ${duration(seconds)}`).join(', '),
  ...run.tested,
});

/** Counts by kind, most frequent first, with a column for each stage. */
function byStage(
  run: LoadRun,
  kind: string,
  caption: string,
  pick: (stage: Stage) => { counts: Readonly<Record<string, number>>; all: number },
): Table {
  const columns = run.stages.map(pick);
  const total = (name: string) => columns.reduce((all, { counts }) => all + (counts[name] ?? 0), 0);
  const names = [...new Set(columns.flatMap(({ counts }) => Object.keys(counts)))]
    .filter(name => total(name) > 0)
    .sort((a, b) => total(b) - total(a));
  const row = (name: string, counted: readonly string[]): Row => ({
    name,
    cells: columns.map(({ counts, all }) => {
      const value = counted.reduce((value, name) => value + (counts[name] ?? 0), 0);
      return value > 0 ? `${count(value)} (${percent(value / all)})` : none;
    }),
  });
  const others = names.slice(maxKinds);
  return {
    caption,
    columns: [kind, ...run.stages.map(({ name }) => name)],
    rows: [
      ...names.slice(0, maxKinds).map(name => row(clipped(name), [name])),
      ...(others.length > 0 ? [row(`${count(others.length)} other kinds`, others)] : []),
    ],
  };
}

const clipped = (name: string) => (name.length > maxName ? `${name.slice(0, maxName)} …` : name);
