import { relative } from 'node:path';
import { shown } from './header.ts';
import type { FileCount, ImportResult } from './results.ts';
import { totals } from './summary.ts';

/** The most ignored columns of a file, and ignored files, that are named. */
const maxNamed = 20;

/**
 * The summary of an import: a line per file, in which lines read = imported + rejected, then the paths of the lists.
 */
export function closingTable({ files, furtherFiles, rejects, repairs, elapsed_s }: ImportResult): string {
  const total = totals(files);
  const rows = [
    ['file', 'lines read', 'imported', 'repaired', 'rejected'],
    ...files.map(file => [
      file.name,
      ...[file.lines, file.imported, file.repaired, file.rejected].map(counted),
    ]),
    ['total', ...[total.lines, total.imported, total.repaired, total.rejected].map(counted)],
  ];
  const perSecond = Math.round(total.lines / elapsed_s);
  const sentences = [
    ...files.filter(({ continuations }) => continuations > 0).map(continuation),
    ...files.filter(({ earlyDates }) => earlyDates > 0).map(early),
    ...files.filter(({ furtherColumns }) => furtherColumns.length > 0).map(furtherColumns),
    ...(furtherFiles.length > 0 ? [`Ignored files: ${listed(furtherFiles.map(shown))}.`] : []),
    `Imported in ${elapsed_s.toFixed(1)} s, ${counted(perSecond)} rows/s.`,
    rejects ? `Rejected lines: ${relative('', rejects)}` : 'No line was rejected.',
    ...(repairs ? [`Repaired lines: ${relative('', repairs)}`] : []),
  ];
  return [...rows.map(aligned), '', ...sentences].join('\n');
}

function continuation({ name, continuations }: FileCount): string {
  return `${name}: ${counted(continuations)} more lines continue a text of the line above.`;
}

function early({ name, earlyDates }: FileCount): string {
  return `${name}: dates before the year 2000: ${counted(earlyDates)}. They may be seconds; milliseconds are expected.`;
}

function furtherColumns({ name, furtherColumns }: FileCount): string {
  return `${name}: ignored columns: ${listed(furtherColumns)}.`;
}

/** The names, or the first of them and the number of the others. */
function listed(names: readonly string[]): string {
  const more = names.length - maxNamed;
  return names.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${counted(more)} more` : '');
}

function counted(count: number): string {
  return count.toLocaleString('en');
}

function aligned([name, ...counts]: readonly string[]): string {
  return [name?.padEnd(18), ...counts.map(count => count.padStart(12))].join('');
}
