import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parts } from './parts.ts';
import type { Measured } from './results.ts';
import { type Results, ratiosOf, summaryOf } from './summary.ts';

// Writes what `make bench` and `make bench-scales` measured as Markdown, the stages as a picture too.

const hidden = ['MiB nginx/app/pg, peak', 'MiB in all, peak', 'p50', 'p95', 'p99.9', 'spread'];
const how =
  'Medians of the rounds. Yardsticks ran in turn with the product, on the same core. Empty where there is nothing to measure. Writes of one address are limited to 2,000 a second here.';

type Sections = readonly (readonly [string, string])[];
type Summaries = readonly (readonly [string, Readonly<Record<string, string | number>>])[];

const summariesOf = (rows: Results): Summaries =>
  Object.entries(rows).map(([name, runs]) => [name, summaryOf(runs)]);

function table(summaries: Summaries, isShort = false): string {
  const columns = [...new Set(summaries.flatMap(([, summary]) => Object.keys(summary)))].filter(
    column => !isShort || !hidden.includes(column),
  );
  const cell = (value: string | number | undefined) =>
    value === undefined || Number.isNaN(value) || String(value).includes('NaN') ? '' : value;
  return [
    `| | ${columns.join(' | ')} |`,
    `|---${'|---:'.repeat(columns.length)}|`,
    ...summaries.map(
      ([name, summary]) => `| ${name} | ${columns.map(column => cell(summary[column])).join(' | ')} |`,
    ),
  ].join('\n');
}

/** Bars, as Mermaid draws them. */
function chart(title: string, unit: string, bars: readonly (readonly [string, number])[]): string {
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis [${bars.map(([name]) => `"${name}"`).join(', ')}]`,
    `  y-axis "${unit}"`,
    `  bar [${bars.map(([, value]) => value).join(', ')}]`,
    '```',
  ].join('\n');
}

function section(name: string, { measured, runs }: Measured): string {
  return [`## ${name}`, measured, table(summariesOf(runs)), ratiosOf(runs).join(' · ')]
    .filter(Boolean)
    .join('\n\n');
}

/** The steps that led here, and by how much each answers more than the one before. */
function stages({ measured, runs }: Measured): string {
  const summaries = summariesOf(runs).map(([name, summary], index, all) => {
    const before = all[index - 1]?.[1]['requests/s'];
    const step = before ? (Number(summary['requests/s']) / Number(before)).toFixed(2) : '';
    return [name, { '× the step before': step, ...summary }] as const;
  });
  const bars = (column: string) =>
    summaries.map(([name, summary]) => [name, Number((summary as Record<string, unknown>)[column])] as const);
  return [
    '## stages',
    'Product pages by Zipf (s = 1.0) over all products, 64 connections. The plain way with one replica, with three in turn, and by least connections; the app in its place, which keeps answers, asks PostgreSQL for many at once and compresses; and the cache of Nginx before it.',
    measured,
    table(summaries, true),
    chart('Requests a second', 'requests/s', bars('requests/s')),
    chart('Mean latency', 'ms', bars('mean ms')),
    chart('Errors', '%', bars('errors %')),
  ].join('\n\n');
}

/**
 * Writes a document of a title and sections, each "## name" and what is below. A section that it has already stays when it was
 * not measured anew: a part can be measured alone, and another day.
 */
function write(path: string, title: string, preface: string, names: readonly string[], anew: Sections): void {
  const [, ...before] = existsSync(path) ? readFileSync(path, 'utf8').split(/^## /m) : [];
  const sections = new Map(before.map(text => [text.slice(0, text.indexOf('\n')), `## ${text.trim()}`]));
  for (const [name, text] of anew) sections.set(name, text);
  const order = new Set([...names, ...sections.keys()]);
  const kept = [...order].flatMap(name => sections.get(name) ?? []);
  mkdirSync('docs/performance', { recursive: true });
  const text = [`# ${title}`, 'Written by `make bench-report`; do not edit.', how, preface, ...kept];
  writeFileSync(path, `${text.filter(Boolean).join('\n\n')}\n`);
  console.log(path);
}

function idleOf(idle: Readonly<Record<string, number>>): string {
  const services = ['nginx', 'app', 'postgres'];
  const all = services.reduce((sum, service) => sum + (idle[service] ?? 0), 0);
  return `Idle, as the stack starts: ${services.map(service => `${service} ${idle[service]}`).join(', ')}; ${all} MiB in all.`;
}

const ofBench = 'bench/results.json';
if (existsSync(ofBench)) {
  const { idle, ...measured } = JSON.parse(readFileSync(ofBench, 'utf8')) as {
    idle: Record<string, number>;
  } & Record<string, Measured>;
  const names = ['stages', ...parts.map(({ name }) => name).filter(name => name !== 'stages')];
  const anew = Object.entries(measured).map(
    ([name, part]) => [name, name === 'stages' ? stages(part) : section(name, part)] as const,
  );
  write('docs/performance/results.md', 'Results of `make bench`', idleOf(idle), names, anew);
}

const ofScales = 'bench/results-scales.json';
if (existsSync(ofScales)) {
  const measured: Record<string, Measured> = JSON.parse(readFileSync(ofScales, 'utf8'));
  const anew = Object.entries(measured).map(([name, part]) => [name, section(name, part)] as const);
  write('docs/performance/scales.md', 'Results of `make bench-scales`', '', [], anew);
}

if (!existsSync(ofBench) && !existsSync(ofScales)) {
  console.error('There is nothing to report: make bench or make bench-scales measures it.');
  process.exitCode = 1;
}
