import type { DataFile } from '../data-files.ts';

/** A set of files that is imported whole, into the schema of its name. */
export interface DataSet {
  readonly schema: 'catalogue' | 'qa';
  readonly title: string;
  /** Schemas about the set's rows, which are swapped for empty ones together with it. */
  readonly emptied: readonly string[];
  /** Bytes of its tables and indexes for a byte of its files; docs/storage.md has the measurement. */
  readonly growth: number;
  /** Each file, after the one that its rows refer to. */
  readonly files: readonly DataFile[];
  /** How each file is staged, in the order of the files. What they remember of ids is made new by each call. */
  stages(): Stage[];
  readonly tables: readonly TableBuild[];
  /** SQL over the finished tables: one row, with the count of each file's rows in them, in the order of the files. */
  readonly counts: string;
}

/** How a file's good rows get to the database: into a temporary table that is named like the file. */
export interface Stage {
  readonly file: DataFile;
  /** Integer columns that the importer puts before the file's own. */
  readonly lead: readonly string[];
  /** What a row's second documented column names, where that must have been staged. */
  readonly parent?: string;
  /** Whether there is room for a row of so many bytes by what its second documented column names, for which it then counts. */
  hasRoom?(second: number, bytes: number): boolean;
  /**
   * Takes a row by its first two documented columns and its line, and remembers it for its children. Returns the values of
   * the lead, each with a comma behind it; undefined when the parent is not there.
   */
  admit(id: number, second: number, line: number): string | undefined;
}

/** How a table is made from staged rows. */
export interface TableBuild {
  readonly table: string;
  /** The table's columns, in the order of the query's. */
  readonly columns: readonly string[];
  /** SQL over the staged tables. Its rows come in the order in which they are to lie on disk. */
  readonly query: string;
  /** SQL to run in the end, over the finished table and the staged ones. */
  readonly finish?: string;
  /** How many large sorts the query has under way at once: they share the memory that there is for sorting. */
  readonly sorts: number;
}

/** The temporary table that a file is staged in. */
export function stagedTable(file: DataFile): string {
  return file.name.replace(/\.csv$/, '');
}
