import type { ColumnType } from '../data-files.ts';
import { fieldsOf } from './fields.ts';
import type { Header } from './header.ts';
import { rowOf } from './values.ts';

/**
 * Restores the missing quote of a line: before or after a comma, or at the end, next to the value. Undefined unless
 * exactly one position gives a row whose texts are all quoted. A bare text could be the rest of a broken one.
 */
export function withMissingQuote(header: Header, line: string): string | undefined {
  const positions = [endOfValue(line, line.length)];
  for (let comma = line.indexOf(','); comma >= 0; comma = line.indexOf(',', comma + 1))
    positions.push(endOfValue(line, comma), startOfValue(line, comma + 1));
  const rows = new Set(
    positions
      .map(position => `${line.slice(0, position)}"${line.slice(position)}`)
      .filter(candidate => rowOf(header, candidate) !== undefined && hasTextsInQuotes(header, candidate)),
  );
  const [row] = rows;
  return rows.size === 1 ? row : undefined;
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

/** The end of the value before `end`, without trailing blanks. */
function endOfValue(line: string, end: number): number {
  let position = end;
  while (line[position - 1] === ' ' || line[position - 1] === '\t') position--;
  return position;
}

/** The start of the value after `start`, without leading blanks. */
function startOfValue(line: string, start: number): number {
  let position = start;
  while (line[position] === ' ' || line[position] === '\t') position++;
  return position;
}
