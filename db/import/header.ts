import type { ColumnType, DataFile } from '../data-files.ts';
import { ImportFailure } from './failure.ts';
import { split } from './fields.ts';
import { nearest } from './nearest.ts';

/** A column of a header line. A column without a type is ignored. */
export interface Column {
  readonly name: string;
  readonly type?: ColumnType;
  /** The role of the column for the importer. */
  readonly key?: Key;
}

/** The first two documented columns, if they are ids, and the date. */
export type Key = 'id' | 'parent' | 'date';

/** Longer names of the user's files and columns are cut, in UTF-16 units. */
const shownLength = 60;

/**
 * The columns of a file in the order of its header line, which is passed as bytes ("latin1"). Case, blanks and
 * underscores of the names are free. Throws ImportFailure when two columns have the same name, or a column is missing.
 */
export function columnsOf(file: DataFile, fileName: string, header: string): Column[] {
  const fields = split(Buffer.from(header, 'latin1').toString(), []);
  if (typeof fields === 'string')
    throw new ImportFailure(`${fileName} has a misplaced quote in its header line`);
  const documented = Object.entries(file.columns);
  const columns = fields.map(({ text, isQuoted }): Column => {
    const name = isQuoted ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
    const position = documented.findIndex(([other]) => normalized(other) === normalized(name));
    const [known, type] = documented[position] ?? [];
    return known && type ? { name: known, type, ...keyOf(position, type) } : { name };
  });
  refuseTwins(columns, fileName);
  for (const [name] of documented)
    if (!columns.some(column => column.type && column.name === name))
      throw missingColumn(name, columns, fileName);
  return columns;
}

function keyOf(position: number, type: ColumnType): { key?: Key } {
  if (type === 'milliseconds') return { key: 'date' };
  if (type !== 'id' || position > 1) return {};
  return { key: position === 0 ? 'id' : 'parent' };
}

/** A name without the free parts. */
function normalized(name: string): string {
  return name.toLowerCase().replace(/[\s_]/g, '');
}

function refuseTwins(columns: readonly Column[], fileName: string): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (name !== '' && seen.has(normalized(name)))
      throw new ImportFailure(`${fileName} has two columns named ${shown(name)}`);
    seen.add(normalized(name));
  }
}

function missingColumn(name: string, columns: readonly Column[], fileName: string): ImportFailure {
  const others = columns.filter(column => !column.type && column.name !== '').map(column => column.name);
  const other = nearest(name, others);
  const hint = other === undefined ? '' : `; the nearest name is ${shown(other)}`;
  return new ImportFailure(`${fileName} has no column ${name}${hint}`);
}

/** The names of a file's ignored columns, escaped for a terminal. */
export function furtherNames(columns: readonly Column[]): string[] {
  return columns
    .filter(({ type }) => !type)
    .map(({ name }) => (name === '' ? 'one without a name' : shown(name)));
}

/** A name that the user chose, escaped for a terminal. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, shownLength).toWellFormed());
}
