import type { DataFile } from '../data-files.ts';
import { fieldsOf } from './fields.ts';
import { rowOf } from './values.ts';

/**
 * Puts back the one quote that a line lost, at either side of a comma or at its end. Undefined unless exactly
 * one way makes a row of the file with all its texts in quotes: bare ones could be the rest of a cut text.
 */
export function withMissingQuote(file: DataFile, line: string): string | undefined {
  const places = [line.length];
  for (let comma = line.indexOf(','); comma >= 0; comma = line.indexOf(',', comma + 1))
    places.push(comma, comma + 1);
  const rows = new Set(
    places
      .map(place => `${line.slice(0, place)}"${line.slice(place)}`)
      .filter(candidate => rowOf(file, candidate) !== undefined && hasTextsInQuotes(file, candidate)),
  );
  const [row] = rows;
  return rows.size === 1 ? row : undefined;
}

function hasTextsInQuotes(file: DataFile, record: string): boolean {
  const types = Object.values(file.columns);
  const fields = fieldsOf(record) ?? [];
  return fields.every(
    ({ text, isQuoted }, position) => isQuoted || text === 'null' || !types[position]?.startsWith('text'),
  );
}
