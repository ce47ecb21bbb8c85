/**
 * An expected failure, after which the served data is unchanged. The message is one sentence; `reason` is its first
 * part.
 */
export class ImportFailure extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`${reason.replace(/\.$/, '')}; the served data is unchanged.`, options);
  }
}

/** The server did not confirm the commit of the swap, so either the old or the new data is served. */
export class UncertainSwap extends Error {
  constructor(options: ErrorOptions) {
    super(
      'The connection broke while the swap was committed: either the old or the new data is served, never a mix; import again to be sure.',
      options,
    );
  }
}

/** Converts any error of an import, an interruption included, to one that states which data is served. */
export function asFailure(error: unknown, signal: AbortSignal | undefined): Error {
  if (error instanceof ImportFailure || error instanceof UncertainSwap) return error;
  if (signal?.aborted) return new ImportFailure('The import was interrupted', { cause: error });
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === diskFull) return new ImportFailure("The database's disk is full", { cause: error });
  return new ImportFailure(`The import failed (${message || code})`, { cause: error });
}

const diskFull = '53100';
