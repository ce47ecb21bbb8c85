import type { DataFile } from '../data-files.ts';
import { VerifyFailure } from './failure.ts';
import { fieldsOf } from './fields.ts';

/** The columns of a file, from its header line. */
export interface Header<F extends DataFile = DataFile> {
  readonly file: F;
  /** The documented name of each column; undefined for an ignored column. */
  readonly names: readonly (string | undefined)[];
  /** The positions of the first two documented columns. */
  readonly id: number;
  readonly second: number;
}

/**
 * Reads a header line. The order of the columns is free, as are case, blanks and underscores in names. Throws
 * VerifyFailure when a documented column is missing or occurs twice.
 */
export function headerFrom<F extends DataFile>(file: F, path: string, line: string): Header<F> {
  const fields = fieldsOf(line) ?? [];
  const documented = Object.keys(file.columns);
  const names = fields.map(({ text }) => documented.find(name => plain(name) === plain(text)));
  for (const name of documented) {
    const times = names.filter(each => each === name).length;
    if (times === 0) throw new VerifyFailure(`The header line of ${path} has no column ${name}.`);
    if (times > 1)
      throw new VerifyFailure(`The header line of ${path} has the column ${name} ${times} times.`);
  }
  const [id, second] = documented.map(name => names.indexOf(name));
  return { file, names, id: id ?? 0, second: second ?? 0 };
}

function plain(name: string): string {
  return name.replaceAll(/[\s_]+/g, '').toLowerCase();
}
