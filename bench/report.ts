import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parts } from './parts.ts';
import type { Measured } from './results.ts';
import { costOf, shopsWith } from './shops.ts';
import { median, type Results, ratiosOf, summaryOf } from './summary.ts';

// Writes the results of `make bench` and `make bench-scales` as Markdown, with charts of the stages.

const how =
  'Figures are medians of the rounds. The stack and its baselines took turns on the same core. An empty cell has no figure. µs/request is CPU time. A baseline counts as the service that it stands for. One address may send 2,000 writes per second here.';

type Sections = readonly (readonly [string, string])[];
type Summaries = readonly (readonly [string, Readonly<Record<string, string | number>>])[];

const summariesOf = (rows: Results): Summaries =>
  Object.entries(rows).map(([name, runs]) => [name, summaryOf(runs)]);

function table(summaries: Summaries): string {
  const columns = [...new Set(summaries.flatMap(([, summary]) => Object.keys(summary)))];
  return [
    `| | ${columns.join(' | ')} |`,
    `|---${'|---:'.repeat(columns.length)}|`,
    ...summaries.map(
      ([name, summary]) => `| ${name} | ${columns.map(column => summary[column] ?? '').join(' | ')} |`,
    ),
  ].join('\n');
}

/** A chart in Mermaid. */
function chart(
  title: string,
  unit: string,
  points: readonly (readonly [string, number])[],
  kind: 'bar' | 'line' = 'bar',
): string {
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis [${points.map(([name]) => `"${name}"`).join(', ')}]`,
    `  y-axis "${unit}"`,
    `  ${kind} [${points.map(([, value]) => value).join(', ')}]`,
    '```',
  ].join('\n');
}

function section(name: string, { measured, runs }: Measured): string {
  const summaries = summariesOf(runs);
  return [`## ${name}`, measured, table(summaries), ratiosOf(runs).join(' · '), hitsByMinute(summaries)]
    .filter(Boolean)
    .join('\n\n');
}

/** The hit share over time; empty when the rows are no minutes. */
function hitsByMinute(summaries: Summaries): string {
  const minutes = summaries.filter(([name]) => name.startsWith('minute '));
  if (minutes.length === 0) return '';
  const points = minutes.map(
    ([name, summary]) => [name.replace('minute ', ''), Number(summary['hit %'])] as const,
  );
  return chart('Hits by minute', '% of the reads', points, 'line');
}

/** The stages of the design, each with its throughput over that of the stage before. */
function stages({ measured, runs }: Measured): string {
  const summaries = summariesOf(runs).map(([name, summary], index, all) => {
    const before = all[index - 1]?.[1]['requests/s'];
    const step = before ? (Number(summary['requests/s']) / Number(before)).toFixed(2) : '';
    return [name, { '× stage before': step, ...summary }] as const;
  });
  const bars = (column: string) =>
    summaries.map(([name, summary]) => [name, Number((summary as Record<string, unknown>)[column])] as const);
  return [
    '## stages',
    'Product pages by Zipf (s = 1.0) over all products, 64 connections. Stages 1 to 3 are the Express baseline: one replica, three by round robin, three by least connections. Stage 4 replaces it by the app, which caches responses, batches queries and compresses. Stage 5 adds the Nginx cache.',
    measured,
    table(summaries),
    chart('Requests per second', 'requests/s', bars('requests/s')),
    chart('Mean latency', 'ms', bars('mean ms')),
  ].join('\n\n');
}

/** What shops of some sizes need, from the costs of a hit and of a miss in other parts. */
function shops(
  { runs: { stack: hot = [] } }: Measured,
  { measured, runs: { stack: zipf = [] } }: Measured,
): string {
  const hit_us = median(hot.map(costOf));
  const share = median(zipf.map(({ hit_rate = 0 }) => hit_rate));
  const miss_us = (median(zipf.map(costOf)) - share * hit_us) / (1 - share);
  return [
    '## shops',
    `By calculation: reads of product pages by Zipf, the default room for 100,000 responses, ${Math.round(hit_us)} µs a hit and ${Math.round(miss_us)} µs a miss as in hot-all and zipf. Under little traffic a miss costs up to twice as much, because batches are small. The instance may use so much of its cores without end.`,
    measured,
    table(shopsWith(hit_us, miss_us)),
  ].join('\n\n');
}

/** Writes a document of sections ("## name"). Sections without new figures stay, because a part can be measured alone. */
function write(
  path: string,
  title: string,
  preface: string,
  names: readonly string[],
  updated: Sections,
): void {
  const [, ...existing] = existsSync(path) ? readFileSync(path, 'utf8').split(/^## /m) : [];
  const sections = new Map(existing.map(text => [text.slice(0, text.indexOf('\n')), `## ${text.trim()}`]));
  for (const [name, text] of updated) sections.set(name, text);
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
  return `Memory after the start, in MiB: ${services.map(service => `${service} ${idle[service]}`).join(', ')}, total ${all}.`;
}

const ofBench = 'bench/results.json';
if (existsSync(ofBench)) {
  const { idle, ...measured } = JSON.parse(readFileSync(ofBench, 'utf8')) as {
    idle: Record<string, number>;
  } & Record<string, Measured>;
  const names = ['shops', 'stages', ...parts.map(({ name }) => name).filter(name => name !== 'stages')];
  const updated = Object.entries(measured).map(
    ([name, part]) => [name, name === 'stages' ? stages(part) : section(name, part)] as const,
  );
  const { 'hot-all': hot, zipf } = measured;
  if (hot && zipf) updated.push(['shops', shops(hot, zipf)]);
  write('docs/performance/results.md', 'Results of `make bench`', idleOf(idle), names, updated);
}

const ofScales = 'bench/results-scales.json';
if (existsSync(ofScales)) {
  const measured: Record<string, Measured> = JSON.parse(readFileSync(ofScales, 'utf8'));
  const updated = Object.entries(measured).map(([name, part]) => [name, section(name, part)] as const);
  write('docs/performance/scales.md', 'Results of `make bench-scales`', '', [], updated);
}

if (!existsSync(ofBench) && !existsSync(ofScales)) {
  console.error('There are no results to report: run make bench or make bench-scales first.');
  process.exitCode = 1;
}
