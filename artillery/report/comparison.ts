import type { LoadRun, Stage } from '../load-run.ts';
import { figure, none, percent } from './figures.ts';
import { errorRate, hitRate } from './stage.ts';
import { type Table, testedOf } from './tables.ts';
import { verdictOf } from './verdict.ts';

/** What is compared of a stage, and how it is written. */
const measures: readonly (readonly [string, (stage: Stage) => number, (value: number) => string])[] = [
  ['Throughput, /s', stage => stage.offered_s, figure],
  ['Latency mean, ms', stage => stage.latency_ms.mean, figure],
  ['p50, ms', stage => stage.latency_ms.p50, figure],
  ['p95, ms', stage => stage.latency_ms.p95, figure],
  ['p99, ms', stage => stage.latency_ms.p99, figure],
  ['p99.9, ms', stage => stage.latency_ms.p999, figure],
  ['max, ms', stage => stage.latency_ms.max, figure],
  ['Error rate', errorRate, percent],
  ['Cache hit rate', hitRate, percent],
];

/** The figures of each stage that both runs have, and their difference. */
export function comparisons(a: LoadRun, b: LoadRun): { name: string; table: Table }[] {
  return pairs(a, b).map(([one, other]) => ({
    name: one.name === other.name ? one.name : `A: ${one.name}, B: ${other.name}`,
    table: {
      caption: captionOf(one, other),
      columns: ['Figure', 'A', 'B', 'Difference'],
      rows: measures.map(([name, measure, written]) => {
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
  return `Difference: of B from A, in per cent of A.${limit}`;
}

const signed = new Intl.NumberFormat('en', { maximumFractionDigits: 1, signDisplay: 'exceptZero' });

function difference(a: number, b: number): string {
  if (a === b) return '0 %';
  const part = (b - a) / a;
  return Number.isFinite(part) ? `${signed.format(part * 100)} %` : none;
}

const namedOf = (run: LoadRun): Record<string, string> => ({ Scenario: run.scenario, ...testedOf(run) });
