import type { Table } from './tables.ts';

/** Escapes Markdown and HTML. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]|#~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

/** A Markdown table with padded columns, so that it also reads well as plain text. */
export function table({ columns, rows, holdsTexts }: Table): string {
  const lines = [
    columns.map(escaped),
    ...rows.map(({ name, cells, note }) => [note ? `${name} (${note})` : name, ...cells].map(escaped)),
  ];
  const widths = columns.map((_, column) => Math.max(3, ...lines.map(line => line[column]?.length ?? 0)));
  const isText = (column: number) => column === 0 || holdsTexts;
  const padded = (text: string, column: number) =>
    isText(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const row = (line: readonly string[]) => `| ${line.map(padded).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    isText(column) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`,
  );
  const [head = [], ...body] = lines;
  return [row(head), `|${rule.join('|')}|`, ...body.map(row)].join('\n');
}
