import type { ColumnType } from '../data-files.ts';
import { fieldsOf } from './fields.ts';
import type { Header } from './header.ts';
import { rowOf } from './values.ts';

/**
 * Puts back the one quote that a line lost, at either side of a comma or at its end, close to the value. Undefined unless
 * exactly one way makes a row of the file with all its texts in quotes: bare ones could be the rest of a cut text.
 */
export function withMissingQuote(header: Header, line: string): string | undefined {
  const places = [behind(line, line.length)];
  for (let comma = line.indexOf(','); comma >= 0; comma = line.indexOf(',', comma + 1))
    places.push(behind(line, comma), before(line, comma + 1));
  const rows = new Set(
    places
      .map(place => `${line.slice(0, place)}"${line.slice(place)}`)
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

/** The place behind the value that ends at `end`, the blanks before it left out. */
function behind(line: string, end: number): number {
  let place = end;
  while (line[place - 1] === ' ' || line[place - 1] === '\t') place--;
  return place;
}

/** The place before the value that begins at `start`, the blanks there left out. */
function before(line: string, start: number): number {
  let place = start;
  while (line[place] === ' ' || line[place] === '\t') place++;
  return place;
}
