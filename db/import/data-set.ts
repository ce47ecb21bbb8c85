import type { DataFile } from '../data-files.ts';

/** A set of files that is always imported as a whole, into its own schema. */
export interface DataSet {
  readonly schema: 'catalogue' | 'qa';
  readonly title: string;
  /** Schemas that refer to the set's rows. The swap replaces each by an empty one. */
  readonly emptied: readonly string[];
  /** Bytes of tables and indexes per byte of the files; measured in docs/storage.md. */
  readonly growth: number;
  /** Each file after the one that its rows refer to. */
  readonly files: readonly DataFile[];
  /** The stage of each file, in the order of the files. Each call returns stages without remembered ids. */
  stages(): Stage[];
  readonly tables: readonly TableBuild[];
  /**
   * SQL over the finished tables that returns one row: the number of rows from each file, in the order of the files.
   */
  readonly counts: string;
}

/** How the good rows of a file are copied into its temporary table. */
export interface Stage {
  readonly file: DataFile;
  /** Integer columns that the importer adds before the file's own. */
  readonly lead: readonly string[];
  /** The noun for the id in the second documented column, if that id must have been staged before. */
  readonly parent?: string;
  /** Counts a row's bytes for its parent, the id in the second documented column. Returns false above the limit. */
  hasRoom?(second: number, bytes: number): boolean;
  /**
   * Admits a row by its first two documented columns and its line number, and remembers the id for the row's children.
   * Returns the values of the lead columns, each followed by a comma; undefined when the parent does not exist.
   */
  admit(id: number, second: number, line: number): string | undefined;
}

/** How to build a table from staged rows. */
export interface TableBuild {
  readonly table: string;
  /** The columns of the table, in the order of the query's columns. */
  readonly columns: readonly string[];
  /** SQL over the staged tables. Its rows come in the order in which they are stored on disk. */
  readonly query: string;
  /** SQL to run last, over the finished table and the staged ones. */
  readonly finish?: string;
  /** How many large sorts the query runs at the same time. They share the memory for sorting. */
  readonly sorts: number;
}

/** The name of a file's temporary table. */
export function stagedTable(file: DataFile): string {
  return file.name.replace(/\.csv$/, '');
}
