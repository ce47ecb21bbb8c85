import type { FileReport } from './generate.ts';

const columns = [
  'file',
  'rows',
  'bytes',
  'missing quotes',
  'orphans',
  'duplicates',
  'zeros',
  'expected rejected',
];
const grouped = new Intl.NumberFormat('en-US');

/** A table with a line per file and one for the totals, then the speed in rows/s. */
export function closingTable(reports: readonly FileReport[], elapsed_s: number): string {
  const counts = reports.map(({ rows, bytes, dirt, expectedRejected }) => [
    rows,
    bytes,
    dirt['url quote'] + dirt['thumbnail quote'],
    dirt.orphan,
    dirt.duplicate,
    dirt.zero,
    expectedRejected,
  ]);
  const totals = columns
    .slice(1)
    .map((_, column) => counts.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const names = [...reports.map(({ name }) => name), 'all'];
  const cells = [...counts, totals].map((row, i) => [
    names[i] ?? '',
    ...row.map(count => grouped.format(count)),
  ]);
  const rows = totals[0] ?? 0;
  const speed = grouped.format(Math.round(rows / elapsed_s));
  return [
    ...aligned([columns, ...cells]),
    `${grouped.format(rows)} rows in ${elapsed_s.toFixed(1)} s, ${speed} rows/s`,
  ].join('\n');
}

/** Aligns the first column to the left, and numbers to the right. */
function aligned(table: readonly string[][]): string[] {
  const widths = columns.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0)));
  return table.map(row =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
