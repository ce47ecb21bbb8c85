import type { ColumnType, DataFile } from '../data-files.ts';
import { type Field, fieldsOf } from './fields.ts';

type ValueOf<T extends ColumnType> = T extends 'text'
  ? string
  : T extends 'text?'
    ? string | null
    : T extends 'boolean'
      ? boolean
      : T extends 'integer?'
        ? number | null
        : number;

/** A row of a data file, by column. */
export type RowOf<F extends DataFile> = {
  readonly [Column in keyof F['columns']]: ValueOf<F['columns'][Column]>;
};

export const largestId = 2 ** 31 - 1;
/** 9999-12-31T23:59:59.999Z: ISO 8601 writes no later year in four digits. */
const latestMillisecond = 253_402_300_799_999;

/** The row that a record is; undefined when it has not the file's columns, or a value not its column's type. */
export function rowOf<F extends DataFile>(file: F, record: string): RowOf<F> | undefined {
  const columns = Object.entries(file.columns);
  const fields = fieldsOf(record);
  if (fields?.length !== columns.length) return undefined;
  const values = columns.map(([name, type], position) => [name, convert(type, fields[position] as Field)]);
  if (values.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(values) as RowOf<F>;
}

function convert(type: ColumnType, field: Field): string | number | boolean | null | undefined {
  if (field.text === 'null' && !field.isQuoted) return type.endsWith('?') ? null : undefined;
  switch (type) {
    case 'text':
    case 'text?':
      return isText(field) ? field.text : undefined;
    case 'boolean': {
      const number = wholeNumber(field, 1);
      return number === undefined ? undefined : number === 1;
    }
    case 'milliseconds':
      return wholeNumber(field, latestMillisecond);
    case 'id':
      return wholeNumber(field, largestId) || undefined;
    default:
      return wholeNumber(field, largestId);
  }
}

function isText({ text, isQuoted }: Field): boolean {
  return !text.includes('\0') && (isQuoted || (text !== '' && !/[\r\n]/.test(text)));
}

function wholeNumber({ text, isQuoted }: Field, most: number): number | undefined {
  if (isQuoted || !/^ *(0|[1-9][0-9]{0,14})$/.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}
