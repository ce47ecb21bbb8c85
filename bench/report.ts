import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Results, type Run, ratiosOf, summaryOf } from './summary.ts';

// Writes the results of `make bench` and `make bench-scales` as Markdown, the stages as a picture too.
const path = 'docs/performance/results.md';
const { idle, scales, ...parts } = JSON.parse(readFileSync('bench/results.json', 'utf8')) as {
  idle: Record<string, number>;
  scales?: Record<string, Results>;
} & Record<string, Results>;

const hidden = ['MiB nginx/app/pg', 'p50', 'p95', 'p99.9', 'spread'];

function table(rows: Readonly<Record<string, readonly Run[]>>, isShort = false): string {
  const summaries = Object.entries(rows).map(([name, runs]) => [name, summaryOf(runs)] as const);
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

function section(name: string, results: Results): string {
  const ratios = 'product' in results && Object.keys(results).length > 1 ? ratiosOf(results) : [];
  return [`## ${name}`, table(results), ...(ratios.length > 0 ? [ratios.join(' · ')] : [])].join('\n\n');
}

function stages(results: Results): string {
  const bars = (column: string) =>
    Object.entries(results).map(([name, runs]) => [name, Number(summaryOf(runs)[column])] as const);
  return [
    '## The stages',
    'Product pages by Zipf (s = 1.0) over all products, 64 connections. What each step brought:',
    table(results, true),
    chart('Requests a second', 'requests/s', bars('requests/s')),
    chart('Mean latency', 'ms', bars('mean ms')),
  ].join('\n\n');
}

const { stages: story, ...others } = parts;
const services = ['nginx', 'app', 'postgres'];
const idleSum = services.reduce((sum, service) => sum + (idle[service] ?? 0), 0);
const document = [
  '# Results of `make bench`',
  'Written by `make bench-report`; do not edit. Medians of the rounds. Yardsticks ran in turn with the product, on the same core. Empty where there is nothing to measure. Writes of one address are limited to 2,000 a second here.',
  `Idle: ${services.map(service => `${service} ${idle[service]}`).join(', ')}; ${idleSum} MiB in all.`,
  ...(story ? [stages(story)] : []),
  ...Object.entries(others).map(([name, results]) => section(name, results)),
  ...(scales
    ? ['# As it grows', ...Object.entries(scales).map(([name, results]) => section(name, results))]
    : []),
].join('\n\n');

mkdirSync('docs/performance', { recursive: true });
writeFileSync(path, `${document}\n`);
console.log(path);
