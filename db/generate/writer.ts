import { open } from 'node:fs/promises';

/** The bytes per write. At this size a write costs little compared with making the lines. */
const CHUNK = 1024 * 1024;
/** Far above the length of any line, in UTF-16 units. Each takes at most 3 bytes in UTF-8. */
const MAX_LINE_LENGTH = 16 * 1024;

/**
 * Writes lines to a new UTF-8 file, with a line end between lines and none after the last. Memory holds 1 MiB of them.
 * `written` receives the number of lines so far after each write. Returns the size of the file in bytes. Throws the
 * signal's reason on abort, and the system's error when a write fails. The file is then incomplete.
 */
export async function writeLines(
  path: string,
  lines: Iterable<string>,
  { lineEnd, signal, written }: { lineEnd: string; signal: AbortSignal; written(lines: number): void },
): Promise<number> {
  const file = await open(path, 'w');
  // Encoded at once: 1 MiB of strings kept until the write would survive the young generation.
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
      if (line.length > MAX_LINE_LENGTH)
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
