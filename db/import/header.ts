import type { ColumnType, DataFile } from '../data-files.ts';
import { ImportFailure } from './failure.ts';
import { split } from './fields.ts';
import { nearest } from './nearest.ts';

/** A column that a header line names. One without a type is a further column: it is ignored. */
export interface Column {
  readonly name: string;
  readonly type?: ColumnType;
  /** What the importer itself reads of the column. */
  readonly key?: Key;
}

/** The first two columns of a documented file, as far as they are ids, and the date. */
export type Key = 'id' | 'parent' | 'date';

/** How much of a file name or column name of the user's is shown, in UTF-16 units. */
const shownLength = 60;

/**
 * The columns of a file by its header line, given as its bytes ("latin1"), in the order of that line. Names differ from
 * the documented ones in case, blanks and underscores at most. Throws ImportFailure when two columns have one name, or
 * when one is missing.
 */
export function columnsOf(file: DataFile, fileName: string, header: string): Column[] {
  const fields = split(Buffer.from(header, 'latin1').toString(), []);
  if (typeof fields === 'string')
    throw new ImportFailure(`${fileName} has a quote out of place in its header line`);
  const documented = Object.entries(file.columns);
  const columns = fields.map(({ text, isQuoted }): Column => {
    const name = isQuoted ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
    const position = documented.findIndex(([other]) => bare(other) === bare(name));
    const [known, type] = documented[position] ?? [];
    return known && type ? { name: known, type, ...keyOf(position, type) } : { name };
  });
  refuseTwins(columns, fileName);
  for (const [name] of documented)
    if (!columns.some(column => column.type && column.name === name)) throw lacking(name, columns, fileName);
  return columns;
}

function keyOf(position: number, type: ColumnType): { key?: Key } {
  if (type === 'milliseconds') return { key: 'date' };
  if (type !== 'id' || position > 1) return {};
  return { key: position === 0 ? 'id' : 'parent' };
}

/** A name without what may differ. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[\s_]/g, '');
}

function refuseTwins(columns: readonly Column[], fileName: string): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (name !== '' && seen.has(bare(name)))
      throw new ImportFailure(`${fileName} has two columns of the name ${shown(name)}`);
    seen.add(bare(name));
  }
}

function lacking(name: string, columns: readonly Column[], fileName: string): ImportFailure {
  const others = columns.filter(column => !column.type && column.name !== '').map(column => column.name);
  const other = nearest(name, others);
  const hint = other === undefined ? '' : `; the nearest name in it is ${shown(other)}`;
  return new ImportFailure(`${fileName} has no column ${name}${hint}`);
}

/** The names of the further columns of a file, as text to show. */
export function furtherNames(columns: readonly Column[]): string[] {
  return columns
    .filter(({ type }) => !type)
    .map(({ name }) => (name === '' ? 'one without a name' : shown(name)));
}

/** A name that the user chose, as text to show on a terminal. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, shownLength).toWellFormed());
}
