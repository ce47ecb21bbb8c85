import type { LoadRun, Period, Stage } from '../load-run.ts';
import { duration, figure } from './format.ts';

/** A chart over the time of a run. `charts.js` draws it in the page. */
export interface Chart {
  readonly title: string;
  /** The scale of milliseconds is logarithmic. */
  readonly unit: '/s' | 'ms';
  /** Seconds since the start of the run. */
  readonly at_s: readonly number[];
  readonly lines: readonly Line[];
  /** Stages, marked in the chart when there are several. */
  readonly spans: readonly Span[];
}

export interface Line {
  readonly label: string;
  /** Name of a CSS custom property of the page. */
  readonly colour: string;
  readonly isDashed: boolean;
  /** One for each of `at_s`; null for a gap. */
  readonly values: readonly (number | null)[];
}

interface Span {
  readonly name: string;
  readonly from_s: number;
  readonly to_s: number;
  readonly isJudged: boolean;
}

/** A period with its time since the start of the run, and the planned rate of its stage. */
interface Moment extends Period {
  readonly planned_s: number;
}

/** Limits the size of the page: periods of a longer run are merged. */
const maxPoints = 720;

/** Charts of the throughput and latency of a run, over all its stages. */
export function chartsOf(run: LoadRun): Chart[] {
  const moments = momentsOf(run);
  const line = (label: string, colour: string, pick: (moment: Moment) => number, isDashed = false) => ({
    label,
    colour,
    isDashed,
    values: moments.map(moment => rounded(pick(moment))),
  });
  const hasErrors = moments.some(({ errors_s }) => errors_s > 0);
  const chart = chartsOver(
    moments.map(({ at_s }) => at_s),
    run,
  );
  return [
    chart('Throughput, requests/s', '/s', [
      line('responses', '--blue', ({ responses_s }) => responses_s),
      line('planned', '--muted', ({ planned_s }) => planned_s, true),
      ...(hasErrors ? [line('errors', '--broken', ({ errors_s }) => errors_s)] : []),
    ]),
    chart('Latency', 'ms', [
      line('p50', '--blue', ({ p50_ms }) => p50_ms),
      line('p95', '--orange', ({ p95_ms }) => p95_ms),
      line('p99', '--ink', ({ p99_ms }) => p99_ms),
    ]),
  ];
}

/** Charts of throughput, errors and latency percentiles, each with a line for either run. */
export function chartsOfBoth(a: LoadRun, b: LoadRun): Chart[] {
  const [ofA, ofB] = [momentsOf(a), momentsOf(b)];
  const at_s = [...new Set([...ofA, ...ofB].map(({ at_s }) => at_s))].sort((one, other) => one - other);
  const line = (
    label: string,
    colour: string,
    moments: readonly Moment[],
    pick: (moment: Moment) => number,
  ) => {
    const values = new Map(moments.map(moment => [moment.at_s, rounded(pick(moment))]));
    return { label, colour, isDashed: label === 'B', values: at_s.map(at => values.get(at) ?? null) };
  };
  const chart = chartsOver(at_s, lengthOf(a) > lengthOf(b) ? a : b);
  const both = (title: string, unit: Chart['unit'], pick: (moment: Moment) => number) =>
    chart(title, unit, [line('A', '--blue', ofA, pick), line('B', '--orange', ofB, pick)]);
  return [
    both('Throughput, requests/s', '/s', ({ responses_s }) => responses_s),
    both('Errors/s', '/s', ({ errors_s }) => errors_s),
    both('p50', 'ms', ({ p50_ms }) => p50_ms),
    both('p95', 'ms', ({ p95_ms }) => p95_ms),
    both('p99', 'ms', ({ p99_ms }) => p99_ms),
  ];
}

/** Makes charts that share their times and the stages of a run. */
const chartsOver =
  (at_s: readonly number[], { stages }: LoadRun) =>
  (title: string, unit: Chart['unit'], lines: readonly Line[]): Chart => ({
    title: unit === 'ms' ? `${title}, ms, logarithmic scale` : title,
    unit,
    at_s,
    lines: unit === 'ms' ? lines.map(visibleOnLogarithmicScale) : lines,
    spans: stages.length > 1 ? spansOf(stages) : [],
  });

/** Describes a chart in words, also for screen readers: the lowest and highest value of each line, and when. */
export function altText({ at_s, lines, unit }: Chart): string {
  const words = lines.map(({ label, values }) => {
    const seen = values.filter(value => value !== null);
    if (seen.length === 0) return `${label}: no data`;
    const highest = Math.max(...seen);
    const when = duration(at_s[values.indexOf(highest)] ?? 0);
    const [from, to] = [Math.min(...seen), highest].map(figure);
    if (from === to) return `${label} ${to} ${unit} throughout`;
    return `${label} ${from} to ${to} ${unit}, highest at ${when}`;
  });
  return `${words.join('; ')}.`;
}

function momentsOf({ stages }: LoadRun): Moment[] {
  const spans = spansOf(stages);
  const periods = stages.reduce((all, stage) => all + stage.periods.length, 0);
  const groupSize = Math.ceil(periods / maxPoints);
  return stages.flatMap(({ periods, planned_s }, index) =>
    merged(periods, groupSize).map(period => ({
      ...period,
      at_s: (spans[index]?.from_s ?? 0) + period.at_s,
      planned_s,
    })),
  );
}

/** Merges neighbouring periods: the mean of their rates, and the highest of their percentiles, so that no peak is lost. */
function merged(periods: readonly Period[], groupSize: number): Period[] {
  return Array.from({ length: Math.ceil(periods.length / groupSize) }, (_, index) => {
    const group = periods.slice(index * groupSize, (index + 1) * groupSize);
    const mean = (pick: (period: Period) => number) =>
      group.reduce((all, period) => all + pick(period), 0) / group.length;
    return {
      at_s: group.at(-1)?.at_s ?? 0,
      requests_s: mean(({ requests_s }) => requests_s),
      responses_s: mean(({ responses_s }) => responses_s),
      errors_s: mean(({ errors_s }) => errors_s),
      p50_ms: Math.max(...group.map(({ p50_ms }) => p50_ms)),
      p95_ms: Math.max(...group.map(({ p95_ms }) => p95_ms)),
      p99_ms: Math.max(...group.map(({ p99_ms }) => p99_ms)),
    };
  });
}

function spansOf(stages: readonly Stage[]): Span[] {
  let end_s = 0;
  return stages.map(({ name, isJudged, seconds, periods }) => {
    const from_s = end_s;
    // The last errors may come after the end of the stage.
    end_s += Math.max(seconds, periods.at(-1)?.at_s ?? 0);
    return { name, isJudged, from_s, to_s: end_s };
  });
}

const lengthOf = ({ stages }: LoadRun): number => spansOf(stages).at(-1)?.to_s ?? 0;

const rounded = (value: number): number => Number(value.toPrecision(4));

/** A logarithmic scale has no 0, the value of a period without responses. */
const visibleOnLogarithmicScale = (line: Line): Line => ({
  ...line,
  values: line.values.map(value => (value && value > 0 ? value : null)),
});
