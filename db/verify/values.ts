import type { ColumnType, DataFile } from '../data-files.ts';
import { type Field, fieldsOf } from './fields.ts';
import type { Header } from './header.ts';

/** A price is text with two decimals. */
type ValueOf<T extends ColumnType> = T extends 'text' | 'price'
  ? string
  : T extends 'text?' | 'price?'
    ? string | null
    : T extends 'boolean'
      ? boolean
      : number;

/** A row of a data file, by column. */
export type RowOf<F extends DataFile> = {
  readonly [Column in keyof F['columns']]: ValueOf<F['columns'][Column]>;
};

export const largestId = 2e9;
const largestInteger = 2 ** 31 - 1;
/** 9999-12-31T23:59:59.999Z: the last moment that ISO 8601 writes with a four-digit year. */
const latestMillisecond = 253_402_300_799_999;

/** The row of a record; undefined when the number of columns or the type of a value is wrong. */
export function rowOf<F extends DataFile>({ file, names }: Header<F>, record: string): RowOf<F> | undefined {
  const fields = fieldsOf(record);
  if (fields?.length !== names.length) return undefined;
  const row: Record<string, unknown> = {};
  for (const [position, field] of fields.entries()) {
    const name = names[position];
    if (name === undefined) {
      if (!isCleanText(field)) return undefined;
      continue;
    }
    const value = convert(file.columns[name] as ColumnType, field);
    if (value === undefined) return undefined;
    row[name] = value;
  }
  return row as RowOf<F>;
}

function convert(type: ColumnType, field: Field): string | number | boolean | null | undefined {
  if (!field.isQuoted && (field.text === 'null' || field.text === ''))
    return type.endsWith('?') ? null : undefined;
  switch (type) {
    case 'text':
    case 'text?':
      return isCleanText(field) ? field.text : undefined;
    case 'price':
    case 'price?':
      return price(field);
    case 'boolean': {
      const number = wholeNumber(field, 1);
      return number === undefined ? undefined : number === 1;
    }
    case 'milliseconds':
      return wholeNumber(field, latestMillisecond);
    case 'id':
      return wholeNumber(field, largestId) || undefined;
    default:
      return wholeNumber(field, largestInteger);
  }
}

function isCleanText({ text, isQuoted }: Field): boolean {
  return !text.includes('\0') && (isQuoted || !/[\r\n]/.test(text));
}

function price({ text, isQuoted }: Field): string | undefined {
  const [whole = '', decimals, more] = text.split('.');
  if (more !== undefined || (decimals !== undefined && !/^[0-9]{1,2}$/.test(decimals))) return undefined;
  if (wholeNumber({ text: whole, isQuoted }, largestInteger) === undefined) return undefined;
  return `${whole}.${(decimals ?? '').padEnd(2, '0')}`;
}

function wholeNumber({ text, isQuoted }: Field, most: number): number | undefined {
  if (isQuoted || !/^(0|[1-9][0-9]{0,14})$/.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}
