import type { LoadRun, Stage } from '../load-run.ts';
import { figure, none, percent } from './format.ts';
import { errorRate, hitRate, throughput } from './stage.ts';
import { type Table, testedOf } from './tables.ts';
import { verdictOf } from './verdict.ts';

/** How to format a value and the difference of two values. */
interface Kind {
  readonly format: (value: number) => string;
  readonly difference: (was: number, is: number) => string;
}

const amount: Kind = {
  format: figure,
  difference: (was, is) => signed(is === was ? 0 : (is - was) / was, '%'),
};
/** A rate is often 0, so its difference is in percentage points. */
const rate: Kind = { format: percent, difference: (was, is) => signed(is - was, 'points') };

const measures: readonly (readonly [string, (stage: Stage) => number, Kind])[] = [
  ['Sent, /s', stage => stage.offered_s, amount],
  ['Throughput, /s', throughput, amount],
  ['Latency mean, ms', stage => stage.latency_ms.mean, amount],
  ['p50, ms', stage => stage.latency_ms.p50, amount],
  ['p95, ms', stage => stage.latency_ms.p95, amount],
  ['p99, ms', stage => stage.latency_ms.p99, amount],
  ['p99.9, ms', stage => stage.latency_ms.p999, amount],
  ['max, ms', stage => stage.latency_ms.max, amount],
  ['Error rate', errorRate, rate],
  ['Cache hit rate', hitRate, rate],
];

/** Compares each stage that both runs have. */
export function comparisons(a: LoadRun, b: LoadRun): { name: string; table: Table }[] {
  return pairs(a, b).map(([one, other]) => ({
    name: one.name === other.name ? one.name : `A: ${one.name}, B: ${other.name}`,
    table: {
      caption: captionOf(one, other),
      columns: ['Figure', 'A', 'B', 'Difference'],
      rows: measures.map(([name, measure, { format, difference }]) => {
        const [was, is] = [measure(one), measure(other)];
        return { name, cells: [format(was), format(is), difference(was, is)] };
      }),
    },
  }));
}

/** Scenario and test environment of both runs, with differences marked: compare results only if a single thing differs. */
export function testedOn(a: LoadRun, b: LoadRun): Table {
  const [ofA, ofB] = [namedOf(a), namedOf(b)];
  return {
    caption: 'Differences are marked.',
    columns: ['', 'A', 'B'],
    rows: [...new Set([...Object.keys(ofA), ...Object.keys(ofB)])].map(name => {
      const cells = [ofA[name] ?? none, ofB[name] ?? none];
      return { name, cells, ...(cells[0] !== cells[1] && { note: 'differs' }) };
    }),
    holdsTexts: true,
  };
}

export const verdicts = (runs: readonly { folder: string; run: LoadRun }[]): Table => ({
  caption: 'Whether each run kept its promises.',
  columns: ['Run', 'Folder', 'Verdict'],
  rows: runs.map(({ folder, run }, index) => {
    const { title, reason } = verdictOf(run);
    return { name: 'AB'.charAt(index), cells: [folder, [`${title}.`, reason].join(' ').trim()] };
  }),
  holdsTexts: true,
});

/** Pairs stages by name. If each run has a single stage, these two are compared whatever their names. */
function pairs(a: LoadRun, b: LoadRun): [Stage, Stage][] {
  const [one, ...more] = a.stages;
  const [other, ...others] = b.stages;
  if (one && other && more.length + others.length === 0) return [[one, other]];
  return a.stages.flatMap(stage => {
    const same = b.stages.find(({ name }) => name === stage.name);
    return same ? [[stage, same] as [Stage, Stage]] : [];
  });
}

function captionOf(a: Stage, b: Stage): string {
  const unjudged = [...(a.isJudged ? [] : ['A']), ...(b.isJudged ? [] : ['B'])];
  const limit = unjudged.length > 0 ? ` In ${unjudged.join(' and ')} the generator was the limit.` : '';
  return `Difference of B from A: in percent of A, or in percentage points for rates.${limit}`;
}

const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' });

const signed = (part: number, unit: string): string =>
  Number.isFinite(part) ? `${threeDigits.format(part * 100)} ${unit}` : none;

const namedOf = (run: LoadRun): Record<string, string> => ({ Scenario: run.scenario, ...testedOf(run) });
