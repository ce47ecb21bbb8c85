import type { LoadRun, Stage } from '../load-run.ts';
import { figure, none, percent } from './figures.ts';
import { errorRate, hitRate, throughput } from './stage.ts';
import { type Table, testedOf } from './tables.ts';
import { verdictOf } from './verdict.ts';

/** How a figure is written, and the difference between two. */
interface Kind {
  readonly written: (value: number) => string;
  readonly difference: (was: number, is: number) => string;
}

const amount: Kind = {
  written: figure,
  difference: (was, is) => signed(is === was ? 0 : (is - was) / was, '%'),
};
/** A rate is often 0, of which nothing is a part. */
const rate: Kind = { written: percent, difference: (was, is) => signed(is - was, 'points') };

/** What is compared of a stage. */
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

/** The figures of each stage that both runs have, and their difference. */
export function comparisons(a: LoadRun, b: LoadRun): { name: string; table: Table }[] {
  return pairs(a, b).map(([one, other]) => ({
    name: one.name === other.name ? one.name : `A: ${one.name}, B: ${other.name}`,
    table: {
      caption: captionOf(one, other),
      columns: ['Figure', 'A', 'B', 'Difference'],
      rows: measures.map(([name, measure, { written, difference }]) => {
        const [was, is] = [measure(one), measure(other)];
        return { name, cells: [written(was), written(is), difference(was, is)] };
      }),
    },
  }));
}

/** Which runs they are, and what was tested on what: figures can be compared where only one thing differs. */
export function testedOn(a: LoadRun, b: LoadRun): Table {
  const [ofA, ofB] = [namedOf(a), namedOf(b)];
  return {
    caption: 'What differs is marked.',
    columns: ['', 'A', 'B'],
    rows: [...new Set([...Object.keys(ofA), ...Object.keys(ofB)])].map(name => {
      const cells = [ofA[name] ?? none, ofB[name] ?? none];
      return { name, cells, ...(cells[0] !== cells[1] && { note: 'differs' }) };
    }),
    holdsTexts: true,
  };
}

/** The verdict on each. */
export const verdicts = (runs: readonly { folder: string; run: LoadRun }[]): Table => ({
  caption: 'What became of the promises.',
  columns: ['Run', 'Folder', 'Verdict'],
  rows: runs.map(({ folder, run }, index) => {
    const { title, reason } = verdictOf(run);
    return { name: 'AB'.charAt(index), cells: [folder, [`${title}.`, reason].join(' ').trim()] };
  }),
  holdsTexts: true,
});

/** Stages of one name; the only stages of two runs are compared whatever they are called. */
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
  return `Difference: of B from A, in per cent of A; of rates, in points of a hundred.${limit}`;
}

const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' });

const signed = (part: number, unit: string): string =>
  Number.isFinite(part) ? `${threeDigits.format(part * 100)} ${unit}` : none;

const namedOf = (run: LoadRun): Record<string, string> => ({ Scenario: run.scenario, ...testedOf(run) });
