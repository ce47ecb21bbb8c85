/**
 * A failure that is known, in one sentence: what was wrong, and that it cost nothing. `what` is that sentence
 * without its end.
 */
export class ImportFailure extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what.replace(/\.$/, '')}; what was served before is untouched.`, options);
  }
}

/** The one failure after which the old set or the new one may be served: the commit got no answer. */
export class UncertainSwap extends Error {
  constructor(options: ErrorOptions) {
    super(
      'The connection broke in the moment of the swap: either the old set or the new one is served whole; import again to be sure.',
      options,
    );
  }
}

/** Any error of an import, one that was given up included, as one that says what it means for what is served. */
export function asFailure(error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof ImportFailure || error instanceof UncertainSwap) return error;
  if (signal?.aborted) return new ImportFailure('The import was interrupted', { cause: error });
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === diskFull) return new ImportFailure("The database's disk is full", { cause: error });
  return new ImportFailure(`The import failed (${message || code})`, { cause: error });
}

const diskFull = '53100';
