/**
 * The outcome of a file's lines. A text with newlines in it counts as one line, and its other lines as continuations.
 */
export interface FileCount {
  readonly name: string;
  /** Names of ignored columns, escaped for a terminal. */
  readonly furtherColumns: readonly string[];
  lines: number;
  imported: number;
  /** Part of `imported`. */
  repaired: number;
  rejected: number;
  continuations: number;
  /** Part of `imported`: rows with a date before 2000. */
  earlyDates: number;
}

export interface FileResult extends FileCount {
  readonly elapsed_s: number;
}

/** A finished table, and the time that its rows and indexes took. */
export interface TableResult {
  readonly name: string;
  readonly elapsed_s: number;
}

export interface SetResult {
  readonly files: readonly FileResult[];
  readonly tables: readonly TableResult[];
}

export interface ImportResult extends SetResult {
  /** Names of the folder's ignored files. */
  readonly furtherFiles: readonly string[];
  /** Paths of the lists of rejected and of repaired lines. Undefined for an empty list. */
  readonly rejects: string | undefined;
  readonly repairs: string | undefined;
  readonly elapsed_s: number;
}
