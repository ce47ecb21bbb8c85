import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGood, type Sent, slowestOf } from './traffic.ts';

/** A line of JSON for each fault of this run. */
const file = join(tmpdir(), 'elier-test-faults.jsonl');

export const forgetFaults = (): void => rmSync(file, { force: true });

/** Notes what became of all that was sent while a fault was on; `lost` of the writes that were answered are gone. */
export function noteFault(fault: string, sent: readonly Sent[], lost: number): void {
  const cached = sent.filter(({ kind }) => kind === 'cached');
  const old = sent.filter(({ kind }) => kind === 'stale');
  const uncached = sent.filter(({ kind }) => kind === 'uncached');
  const writes = sent.filter(({ kind }) => kind === 'question' || kind === 'vote');
  const failed = (some: readonly Sent[]) => some.filter(sent => !isGood(sent)).length;
  const of = (some: readonly Sent[]) => (some.length > 0 ? `${failed(some)} of ${some.length}` : '');
  const row = [
    fault,
    mostUnderWay(sent),
    of(cached),
    of(old),
    of(uncached),
    of(writes),
    lost,
    Math.round(slowestOf(sent, 'cached')),
    old.length > 0 ? Math.round(slowestOf(sent, 'stale')) : '',
    Math.round(slowestOf(sent, 'uncached')),
    Math.round(slowestOf(sent, 'question', 'vote')),
  ];
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

function mostUnderWay(sent: readonly Sent[]): number {
  const changes = sent.flatMap(({ at_ms, took_ms }) => [
    { at_ms, by: 1 },
    { at_ms: at_ms + took_ms, by: -1 },
  ]);
  let now = 0;
  const counts = changes.sort((a, b) => a.at_ms - b.at_ms).map(({ by }) => (now += by));
  return Math.max(...counts);
}

/** What was noted, as a table in Markdown; empty when nothing was. */
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
    'most under way at once',
    'cached reads failed',
    'of old entries',
    'other reads failed',
    'writes told to come back',
    'answered writes lost',
    'longest wait, cached, ms',
    'old entries, ms',
    'other reads, ms',
    'writes, ms',
  ];
  const rows = [
    head,
    head.map((_, index) => (index ? '---:' : '---')),
    ...lines.map(line => JSON.parse(line)),
  ];
  return rows.map(row => `| ${row.join(' | ')} |`).join('\n');
}
