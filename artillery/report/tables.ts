import { STATUS_CODES } from 'node:http';
import type { LoadRun, Stage } from '../load-run.ts';
import { count, duration, figure, moment, none, percent } from './figures.ts';
import { errorRate, hitRate, sum, throughput } from './stage.ts';

/** A table of a report, whatever it is written in. */
export interface Table {
  readonly caption: string;
  /** The first is that of the rows' names. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Figures stand on the right, texts on the left. */
  readonly holdsTexts?: boolean;
}

export interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  /** Says that the row differs from the others, and how. */
  readonly note?: string;
}

/** The most kinds that a table lists, and the most characters of a name: both come from outside. */
const maxKinds = 20;
const maxName = 200;

const unjudged = ({ isJudged }: Stage) => (isJudged ? {} : { note: "the generator's limit, not judged" });

export const promises = (run: LoadRun): Table => ({
  caption: 'Of all stages that are judged.',
  columns: ['Promise', 'Measured', 'Verdict'],
  rows: run.promises.map(({ promise, measured, isKept }) => ({
    name: promise,
    cells: [measured, isKept ? 'kept' : 'broken'],
  })),
  holdsTexts: true,
});

export const stages = (run: LoadRun): Table => ({
  caption:
    'Requests sent and answered in a second, the mean time of an answer, and the part of requests that failed.',
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
  caption: 'Percentiles in ms: of a hundred answers, 99 took no longer than the p99.',
  columns: ['Stage', 'min', 'p50', 'p95', 'p99', 'p99.9', 'max'],
  rows: run.stages.map(stage => {
    const { min, p50, p95, p99, p999, max } = stage.latency_ms;
    return { name: stage.name, cells: [min, p50, p95, p99, p999, max].map(figure), ...unjudged(stage) };
  }),
});

/** 429 apart: it says that the limit on writes works, not how the target is. */
export function statusCodes(run: LoadRun): Table {
  return byStage(run, 'Status', 'Answers, and their part of all requests.', ({ statusCodes, requests }) => ({
    counts: Object.fromEntries(
      Object.entries(statusCodes)
        .filter(([code]) => code !== '429')
        .map(([code, answers]) => [`${code} ${STATUS_CODES[code] ?? ''}`.trim(), answers]),
    ),
    all: requests,
  }));
}

/** How many answers were 429, and the limit that was in force. */
export function tooManyRequests(run: LoadRun): string {
  const answers = run.stages.reduce((all, stage) => all + (stage.statusCodes['429'] ?? 0), 0);
  const requests = run.stages.reduce((all, stage) => all + stage.requests, 0);
  const [, limit] = Object.entries(run.tested).find(([label]) => /^write limit$/i.test(label)) ?? [];
  const inForce = limit ? `The write limit in force: ${limit}.` : 'The write limit in force is not known.';
  const seen =
    answers > 0
      ? `${count(answers)} of ${count(requests)} requests (${percent(answers / requests)})`
      : 'none';
  return `${seen}. ${inForce}`;
}

export const errors = (run: LoadRun): Table =>
  byStage(run, 'Error', 'Requests that failed, by the reason, and their part of all requests.', stage => ({
    counts: stage.errors,
    all: stage.requests,
  }));

export function cache(run: LoadRun): Table {
  const table = byStage(
    run,
    'X-Cache',
    'What the cache of the target said, where it said something.',
    stage => ({
      counts: stage.cache,
      all: sum(stage.cache),
    }),
  );
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
  caption: 'As the run found it.',
  columns: ['', ''],
  rows: Object.entries(testedOf(run)).map(([name, value]) => ({ name, cells: [value] })),
  holdsTexts: true,
});

/** What was tested on what, and when, and how long. */
export const testedOf = (run: LoadRun): Record<string, string> => ({
  Target: run.target,
  Started: moment(run.startedAt),
  Stages: run.stages.map(({ name, seconds }) => `${name} for ${duration(seconds)}`).join(', '),
  ...run.tested,
});

/** Counts by kind, a column for each stage, the most frequent kinds first. */
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
