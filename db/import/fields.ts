import type { Column } from './header.ts';

/** The value between two commas of a record, without surrounding blanks. A quoted text keeps its quotes. */
export interface Field {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The fields of a record, or the reason why the record cannot be split. */
export function split(record: string, columns: readonly Column[]): Field[] | string {
  const fields: Field[] = [];
  for (let start = 0; start <= record.length; ) {
    const begin = afterBlanks(record, start);
    const isQuoted = record[begin] === '"';
    const textEnd = isQuoted ? afterQuotes(record, begin) : afterBare(record, begin);
    const name = () => columns[fields.length]?.name ?? 'an extra column';
    if (textEnd === undefined) return `unclosed quote in ${name()}`;
    const end = isQuoted ? afterBlanks(record, textEnd) : textEnd;
    if (end < record.length && record[end] !== ',') return `misplaced quote in ${name()}`;
    fields.push({ text: record.slice(begin, isQuoted ? textEnd : beforeBlanks(record, textEnd)), isQuoted });
    start = end + 1;
  }
  return fields;
}

/** Converts a record that matches `looseRecord` to one that matches `plainRecord`: no ignored columns, no blanks. */
export function plain(record: string, columns: readonly Column[]): string {
  const fields = split(record, columns);
  if (typeof fields === 'string') throw new Error(fields);
  return columns
    .map(({ type }, position) => type && (fields[position]?.text || 'null'))
    .filter(text => text !== undefined)
    .join(',');
}

const isBlank = (letter: string | undefined) => letter === ' ' || letter === '\t';

/** The end of the blanks at `start`; `start` itself if there are none. */
export function afterBlanks(record: string, start: number): number {
  let at = start;
  while (isBlank(record[at])) at++;
  return at;
}

/** The start of the blanks before `end`; `end` itself if there are none. */
export function beforeBlanks(record: string, end: number): number {
  let at = end;
  while (isBlank(record[at - 1])) at--;
  return at;
}

/** The end of the quoted text at `start`; undefined when the quote is not closed. */
function afterQuotes(record: string, start: number): number | undefined {
  let at = record.indexOf('"', start + 1);
  while (at >= 0 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at < 0 ? undefined : at + 1;
}

/** The end of the bare value at `start`: a comma, or a misplaced quote. */
function afterBare(record: string, start: number): number {
  let at = start;
  while (at < record.length && record[at] !== ',' && record[at] !== '"') at++;
  return at;
}
