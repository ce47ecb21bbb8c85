import type { ColumnType } from '../data-files.ts';
import { fieldsOf } from './fields.ts';
import type { Header } from './header.ts';
import { rowOf } from './values.ts';

/** The ends of the values, and their starts after a comma, without the blanks around them. */
const places = /(?<=^|[^ \t])(?=[ \t]*(?:,|$))|(?![ \t])(?<=,[ \t]*)/g;

/**
 * Restores the missing quote of a line: before or after a comma, or at the end, next to the value. Undefined unless
 * exactly one position gives a row whose texts are all quoted. A bare text could be the rest of a broken one.
 */
export function withMissingQuote(header: Header, line: string): string | undefined {
  const candidates = [...line.matchAll(places)]
    .map(({ index }) => `${line.slice(0, index)}"${line.slice(index)}`)
    .filter(candidate => rowOf(header, candidate) !== undefined && hasTextsInQuotes(header, candidate));
  const rows = new Set(candidates);
  return rows.size === 1 ? candidates[0] : undefined;
}

function hasTextsInQuotes({ file, names }: Header, record: string): boolean {
  const types: Readonly<Record<string, ColumnType>> = file.columns;
  const fields = fieldsOf(record) ?? [];
  return fields.every(({ text, isQuoted }, position) => {
    const type = types[names[position] ?? ''];
    if (type === undefined || isQuoted || text === 'null') return true;
    return text !== '' && !type.startsWith('text');
  });
}
