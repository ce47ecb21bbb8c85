import type { DataFile } from '../data-files.ts';
import { VerifyFailure } from './failure.ts';
import { fieldsOf } from './fields.ts';

/** What a header line says of a file. */
export interface Header<F extends DataFile = DataFile> {
  readonly file: F;
  /** The documented name of each column; undefined for one that is ignored. */
  readonly names: readonly (string | undefined)[];
  /** Where the first two documented columns stand. */
  readonly id: number;
  readonly second: number;
}

/**
 * Reads a header line. Case, blanks and underscores of a name do not count, nor does the order. Throws VerifyFailure
 * when a documented column is missing, or is there twice.
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
