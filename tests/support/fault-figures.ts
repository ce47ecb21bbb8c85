import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGood, type Sent, slowestOf } from './traffic.ts';

/** One line of JSON per fault of this run. */
const file = join(tmpdir(), 'elier-test-faults.jsonl');

export const forgetFaults = (): void => rmSync(file, { force: true });

/** Records the outcome of the requests sent during a fault. `lost` is the number of confirmed writes that are gone. */
export function noteFault(fault: string, sent: readonly Sent[], lost: number): void {
  const cached = sent.filter(({ kind }) => kind === 'cached');
  const uncached = sent.filter(({ kind }) => kind === 'uncached');
  const writes = sent.filter(({ kind }) => kind === 'question' || kind === 'vote');
  const failed = (some: readonly Sent[]) => some.filter(sent => !isGood(sent)).length;
  const of = (some: readonly Sent[]) => (some.length > 0 ? `${failed(some)} of ${some.length}` : '');
  const row = [
    fault,
    mostInFlight(sent),
    of(cached),
    of(uncached),
    of(writes),
    lost,
    Math.round(slowestOf(sent, 'cached')),
    Math.round(slowestOf(sent, 'uncached')),
    Math.round(slowestOf(sent, 'question', 'vote')),
  ];
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

function mostInFlight(sent: readonly Sent[]): number {
  const changes = sent.flatMap(({ at_ms, took_ms }) => [
    { at_ms, by: 1 },
    { at_ms: at_ms + took_ms, by: -1 },
  ]);
  let now = 0;
  const counts = changes.sort((a, b) => a.at_ms - b.at_ms).map(({ by }) => (now += by));
  return Math.max(...counts);
}

/** All recorded faults as a Markdown table; empty without any. */
export function faultTable(): string {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').trim().split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  const head = [
    'fault',
    'most in flight',
    'cached reads failed',
    'uncached reads failed',
    'writes answered 503',
    'confirmed writes lost',
    'slowest cached read, ms',
    'slowest uncached read, ms',
    'slowest write, ms',
  ];
  const rows = [
    head,
    head.map((_, index) => (index ? '---:' : '---')),
    ...lines.map(line => JSON.parse(line)),
  ];
  return rows.map(row => `| ${row.join(' | ')} |`).join('\n');
}
