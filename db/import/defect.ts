import { isUtf8 } from 'node:buffer';
import type { ColumnType } from '../data-files.ts';
import { type Field, split } from './fields.ts';
import { largestId, largestInteger, latestMillisecond } from './grammar.ts';
import type { Column } from './header.ts';

/** Why a record is bad. */
export interface Defect {
  readonly reason: string;
  /** Whether the record has the right number of columns, so that only a value is wrong. */
  readonly isWhole: boolean;
  /** The value of a whole record's first documented column, if that is an id. */
  readonly id?: number;
}

/** The defect of a bad record. Its reason names the column. */
export function defectOf(columns: readonly Column[], record: string): Defect {
  const fields = split(record, columns);
  if (typeof fields === 'string') return { reason: fields, isWhole: false };
  if (fields.length !== columns.length) {
    const found = fields.length === 1 ? '1 column' : `${fields.length} columns`;
    return { reason: `${found} where ${columns.length} are expected`, isWhole: false };
  }
  const problems = columns.map((column, position) => problemOf(column, fields[position] as Field));
  const reason = problems.find(Boolean) ?? 'not a record of this file';
  const own = columns.findIndex(({ key }) => key === 'id');
  return problems[own] ? { reason, isWhole: true } : { reason, isWhole: true, id: Number(fields[own]?.text) };
}

/** The problem of a field, if any. The checks are those of the patterns in grammar.ts, and UTF-8. */
function problemOf({ name, type }: Column, { text, isQuoted }: Field): string | undefined {
  if (text === '' || text === 'null') {
    if (!type || type.endsWith('?')) return undefined;
    return text === '' ? `${name} is empty` : `null where a value is required: ${name}`;
  }
  if (!type || type.startsWith('text')) return textProblem(name, { text, isQuoted });
  if (spreadsheetNumber.test(text))
    return `${name} is ${text.slice(0, 40)}, as a spreadsheet shortens a large number`;
  return numberProblem(name, type, text);
}

function textProblem(name: string, { text, isQuoted }: Field): string | undefined {
  if (text.includes('\0')) return `${name} contains a NUL byte`;
  if (!isQuoted && /[\r\n]/.test(text)) return `${name} has a line break outside quotes`;
  return isUtf8(Buffer.from(text, 'latin1')) ? undefined : `${name} is not valid UTF-8`;
}

/** `1.59861E+12`, with a decimal comma in some countries. */
const spreadsheetNumber = /^\d([.,]\d*)?E[+-]?\d+$/i;

function numberProblem(name: string, type: ColumnType, text: string): string | undefined {
  switch (type) {
    case 'boolean':
      return /^[01]$/.test(text) ? undefined : `${name} is not 0 or 1`;
    case 'milliseconds':
      return isWholeNumber(text, latestMillisecond)
        ? undefined
        : `${name} is not a time in milliseconds up to the year 9999`;
    case 'id':
      if (text === '0') return `${name} is 0`;
      if (!isWholeNumber(text, Number.MAX_SAFE_INTEGER)) return `${name} is not an id from 1 to ${largestId}`;
      return Number(text) > largestId ? `${name} is above ${largestId}` : undefined;
    case 'integer':
      return isWholeNumber(text, largestInteger)
        ? undefined
        : `${name} is not a whole number from 0 to ${largestInteger}`;
    default:
      return isWholeNumber(text.replace(/\.\d{1,2}$/, ''), largestInteger)
        ? undefined
        : `${name} is not a price from 0 to ${largestInteger}.99 with at most two decimals`;
  }
}

function isWholeNumber(text: string, max: number): boolean {
  return /^(0|[1-9]\d{0,15})$/.test(text) && Number(text) <= max;
}
