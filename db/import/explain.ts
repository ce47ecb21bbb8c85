import { isUtf8 } from 'node:buffer';
import type { ColumnType, DataFile } from '../data-files.ts';
import { largestInteger, latestMillisecond } from './grammar.ts';

/** Why a record is not good. */
export interface Defect {
  readonly reason: string;
  /** Whether the record has its columns, so that only a value is wrong. */
  readonly isWhole: boolean;
  /** The id that a whole record carries in its first column, if it is one. */
  readonly id?: number;
}

interface Field {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Says in plain words why a record does not fit its file, naming the column. */
export function explain(file: DataFile, record: string): Defect {
  const columns = Object.entries(file.columns);
  const fields = split(
    record,
    columns.map(([name]) => name),
  );
  if (typeof fields === 'string') return { reason: fields, isWhole: false };
  if (fields.length !== columns.length) {
    const found = fields.length === 1 ? '1 column' : `${fields.length} columns`;
    return { reason: `${found} where ${columns.length} are expected`, isWhole: false };
  }
  const problems = columns.map(([name, type], position) => problem(name, type, fields[position] as Field));
  const reason = problems.find(Boolean) ?? 'not a record of this file';
  const [id] = fields;
  return problems[0] || !id ? { reason, isWhole: true } : { reason, isWhole: true, id: Number(id.text) };
}

/** The record's fields, or why it cannot be divided into fields. */
function split(record: string, names: readonly string[]): Field[] | string {
  const fields: Field[] = [];
  for (let start = 0; start <= record.length; ) {
    const name = names[fields.length] ?? 'a column too many';
    const isQuoted = record[start] === '"';
    const end = isQuoted ? afterQuotes(record, start) : afterBare(record, start);
    if (end === undefined) return `the quote of ${name} is not closed`;
    if (end < record.length && record[end] !== ',') return `a quote stands inside ${name}`;
    fields.push({ text: record.slice(start, end), isQuoted });
    start = end + 1;
  }
  return fields;
}

/** Where the text ends whose quote opens at `start`; undefined when that is not closed. */
function afterQuotes(record: string, start: number): number | undefined {
  let at = record.indexOf('"', start + 1);
  while (at >= 0 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at < 0 ? undefined : at + 1;
}

function afterBare(record: string, start: number): number {
  const length = record.slice(start).search(/[",]/);
  return length < 0 ? record.length : start + length;
}

/** What is wrong with a field, or undefined. Its checks are those of the patterns in grammar.ts, and UTF-8. */
function problem(name: string, type: ColumnType, { text, isQuoted }: Field): string | undefined {
  if (text === '') return `${name} is empty`;
  if (text === 'null') return type.endsWith('?') ? undefined : `null where a value is required: ${name}`;
  switch (type) {
    case 'text':
    case 'text?':
      if (text.includes('\0')) return `${name} holds a NUL`;
      if (!isQuoted && /[\r\n]/.test(text)) return `${name} has a line break outside quotes`;
      return isUtf8(Buffer.from(text, 'latin1')) ? undefined : `${name} is not valid UTF-8`;
    case 'boolean':
      return /^ *[01]$/.test(text) ? undefined : `${name} is not 0 or 1`;
    case 'milliseconds':
      return isWholeNumber(text, 0, latestMillisecond)
        ? undefined
        : `${name} is not a time in milliseconds up to the year 9999`;
    case 'id':
      if (/^ *0$/.test(text)) return `${name} is 0`;
      return isWholeNumber(text, 1, largestInteger)
        ? undefined
        : `${name} is not an id from 1 to ${largestInteger}`;
    default:
      return isWholeNumber(text, 0, largestInteger)
        ? undefined
        : `${name} is not a whole number from 0 to ${largestInteger}`;
  }
}

function isWholeNumber(text: string, min: number, max: number): boolean {
  return /^ *(0|[1-9]\d{0,15})$/.test(text) && Number(text) >= min && Number(text) <= max;
}
