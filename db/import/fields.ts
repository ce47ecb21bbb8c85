import type { Column } from './header.ts';

/** What stands between two commas of a record, without the blanks around it. A quoted text keeps its quotes. */
export interface Field {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The fields of a record, or why it cannot be divided into fields. */
export function split(record: string, columns: readonly Column[]): Field[] | string {
  const fields: Field[] = [];
  for (let start = 0; start <= record.length; ) {
    const begin = afterBlanks(record, start);
    const isQuoted = record[begin] === '"';
    const textEnd = isQuoted ? afterQuotes(record, begin) : afterBare(record, begin);
    const name = () => columns[fields.length]?.name ?? 'a column too many';
    if (textEnd === undefined) return `the quote of ${name()} is not closed`;
    const end = isQuoted ? afterBlanks(record, textEnd) : textEnd;
    if (end < record.length && record[end] !== ',') return `a quote stands inside ${name()}`;
    fields.push({ text: record.slice(begin, isQuoted ? textEnd : beforeBlanks(record, textEnd)), isQuoted });
    start = end + 1;
  }
  return fields;
}

/** A record that `looseRecord` takes, as one that `plainRecord` takes: only the columns that are read, no blanks. */
export function plain(record: string, columns: readonly Column[]): string {
  const fields = split(record, columns);
  if (typeof fields === 'string') throw new Error(fields);
  return columns
    .map(({ type }, position) => type && (fields[position]?.text || 'null'))
    .filter(text => text !== undefined)
    .join(',');
}

const isBlank = (letter: string | undefined) => letter === ' ' || letter === '\t';

/** Where the blanks end that begin at `start`, if there are any. */
export function afterBlanks(record: string, start: number): number {
  let at = start;
  while (isBlank(record[at])) at++;
  return at;
}

/** Where the blanks begin that end at `end`, if there are any. */
export function beforeBlanks(record: string, end: number): number {
  let at = end;
  while (isBlank(record[at - 1])) at--;
  return at;
}

/** Where the text ends whose quote opens at `start`; undefined when that is not closed. */
function afterQuotes(record: string, start: number): number | undefined {
  let at = record.indexOf('"', start + 1);
  while (at >= 0 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at < 0 ? undefined : at + 1;
}

/** Where the value without quotes ends that begins at `start`: at a comma, or at a quote that is out of place. */
function afterBare(record: string, start: number): number {
  let at = start;
  while (at < record.length && record[at] !== ',' && record[at] !== '"') at++;
  return at;
}
