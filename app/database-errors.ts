import { DatabaseError } from 'pg';
import { Problem } from './problem.ts';

/** 503: the database cannot answer now. */
export class DatabaseUnavailable extends Problem {
  /** Whether a write may have been made all the same: it was sent, and its outcome is not known. */
  readonly mayHaveWritten: boolean;

  constructor(
    cause: unknown,
    mayHaveWritten: boolean,
    detail = 'The database cannot answer in time. Try again.',
  ) {
    super(503, detail, { headers: { 'Retry-After': '1' }, cause });
    this.mayHaveWritten = mayHaveWritten;
  }
}

/** The SQLSTATE of an error of the server. https://www.postgresql.org/docs/18/errcodes-appendix.html */
const codeOf = (error: unknown) => (error instanceof DatabaseError ? (error.code ?? '') : '');

/**
 * An error of a statement that was sent, as what the client is told: itself, a 500, when it is ours (bad values, broken
 * constraints, bad statements, missing rights), otherwise a 503.
 */
export function errorFor(error: unknown): unknown {
  const code = codeOf(error);
  if (isSchemaOfAnotherRelease(code)) return new DatabaseUnavailable(error, false);
  if (code === idsRanOut)
    return new DatabaseUnavailable(error, false, 'There is no id left for what is new.');
  if (/^(22|23|42)/.test(code)) return error;
  // The server undoes a statement that it refuses. One that it was told to give up (57P) may have been done before.
  return new DatabaseUnavailable(error, code === '' || code.startsWith('57P'));
}

/** Tables and columns that are not there: a migration came before this replica was replaced, or after it. */
const isSchemaOfAnotherRelease = (code: string) => ['42P01', '42703', '3F000'].includes(code);
/** A sequence at its end, 2,147,483,647. */
const idsRanOut = '2200H';

/**
 * Whether the connection is as good as before, and to open another would cost more than the statement: a broken constraint
 * (23), no id left, a write during an import (55006), a lock that was not to be had (55P03) or a statement that took too
 * long (57014). After other errors its prepared statements may be of no use.
 */
export const isConnectionGoodAfter = (error: unknown) => /^(23|2200H|55006|55P03|57014)/.test(codeOf(error));

/** Whether one query of a batch may have caused the error: it takes too long, or its rows cannot be shown. */
export const isOfOneQuery = (error: unknown) => {
  const code = codeOf((error as Error).cause ?? error);
  return /^(22|23|42|53200|54|57014|XX)/.test(code) && !isSchemaOfAnotherRelease(code);
};

/** Whether the server said something, if only an error. */
export const isWordOfServer = (error: unknown) => error instanceof DatabaseError;
