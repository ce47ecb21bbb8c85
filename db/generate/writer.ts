import { open } from 'node:fs/promises';

/** Bytes gathered for one write: so many that a write costs nothing beside making the lines. */
const CHUNK = 1024 * 1024;
/** Lines are far shorter; in UTF-8 a character of a string takes at most 3 bytes. */
const LONGEST_LINE = 16 * 1024;

/**
 * Writes lines to a new file, in UTF-8, with a line end between any two and none after the last; holds a
 * MiB of them at a time. `written` is called after each write with the lines so far. Stops with the signal's
 * reason when that is aborted, and with the system's error when a write fails; the file is then cut short.
 * @returns the size of the file in bytes.
 */
export async function writeLines(
  path: string,
  lines: Iterable<string>,
  { lineEnd, signal, written }: { lineEnd: string; signal: AbortSignal; written(lines: number): void },
): Promise<number> {
  const file = await open(path, 'w');
  // Straight to bytes: a MiB of text kept as strings until the write would outlive the young generation.
  const chunk = Buffer.allocUnsafe(CHUNK);
  let filled = 0;
  let bytes = 0;
  let count = 0;
  const flush = async () => {
    await file.appendFile(chunk.subarray(0, filled));
    bytes += filled;
    filled = 0;
    signal.throwIfAborted();
    written(count);
  };
  try {
    for (const line of lines) {
      if (line.length > LONGEST_LINE)
        throw new RangeError(`A line of ${line.length} characters is too long.`);
      if (filled + 3 * (line.length + lineEnd.length) > CHUNK) await flush();
      filled += chunk.write(count === 0 ? line : lineEnd + line, filled);
      count++;
    }
    await flush();
    return bytes;
  } finally {
    await file.close();
  }
}
