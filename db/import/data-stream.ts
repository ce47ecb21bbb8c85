import type { Readable } from 'node:stream';
import type { DataFolder } from './data-folder.ts';
import { ImportFailure } from './failure.ts';

/** The bytes of each file that precede the contents; see `folderFrom`. deploy/import.sh uses the same number. */
export const startBytes = 65_536;
const newline = 0x0a;
/** The limit for the list of files, in bytes. */
const maxListBytes = 1024 * 1024;

/**
 * A folder whose files arrive one after another in a stream. So a container can import files that only its caller can
 * see, without storing them.
 *
 * The stream starts with a line per file: `<bytes> <name>`, or `- <name>` for an ignored file. An empty line follows,
 * then the first `startBytes` of each file, then each file in full. Throws ImportFailure when the stream starts
 * otherwise. Reading a truncated file fails.
 */
export async function folderFrom(stream: Readable, name: string): Promise<DataFolder> {
  const bytes = new Bytes(stream);
  const lines = await bytes.lines();
  const listed = lines.map(line => {
    const [, size = '', file = ''] = /^(-|[0-9]{1,15}) (.+)$/.exec(line) ?? [];
    if (!file) throw new ImportFailure(`The stream of ${name} does not start with a list of its files`);
    return { file, size: size === '-' ? undefined : Number(size) };
  });
  const starts = new Map<string, { size: number; bytes: Buffer }>();
  for (const { file, size } of listed) {
    if (size === undefined) continue;
    const start = Buffer.alloc(Math.min(size, startBytes));
    await bytes.fill(start, file);
    starts.set(file, { size, bytes: start });
  }
  const contents = [...starts].map(([file, { size }]) => ({ file, size }));
  return {
    name,
    names: async () => listed.map(({ file }) => file),
    async start(file, length) {
      const start = starts.get(file);
      if (!start) throw new ImportFailure(`${name}/${file} cannot be read`);
      return { size: start.size, bytes: start.bytes.subarray(0, length) };
    },
    async open(file, position) {
      let left = 0;
      for (let next = contents.shift(); next && next.file !== file; next = contents.shift())
        await bytes.skip(next.size, next.file);
      left = (starts.get(file)?.size ?? 0) - position;
      await bytes.skip(position, file);
      return {
        async read(buffer, offset, length) {
          const read = await bytes.read(buffer.subarray(offset, offset + Math.min(length, left)), file);
          left -= read;
          return read;
        },
        close: () => bytes.skip(left, file),
      };
    },
  };
}

/** Reads a stream in pieces of any size. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The lines before the first empty one. */
  async lines(): Promise<string[]> {
    let text = Buffer.alloc(0);
    for (;;) {
      const end = text[0] === newline ? -1 : text.indexOf('\n\n');
      if (text[0] === newline || end > 0) {
        this.#chunk = text.subarray(end + 2);
        return text.toString('utf8', 0, Math.max(end, 0)).split('\n').filter(Boolean);
      }
      if (text.length > maxListBytes || !(await this.#next()))
        throw new ImportFailure('The stream has no list of files');
      text = Buffer.concat([text, this.#chunk]);
    }
  }

  /** Reads at least one byte of a file, unless `into` is empty. */
  async read(into: Buffer, file: string): Promise<number> {
    if (into.length === 0) return 0;
    if (this.#chunk.length === 0 && !(await this.#next())) throw new ImportFailure(`${file} ended early`);
    const read = this.#chunk.copy(into);
    this.#chunk = this.#chunk.subarray(read);
    return read;
  }

  async fill(into: Buffer, file: string): Promise<void> {
    for (let filled = 0; filled < into.length; ) filled += await this.read(into.subarray(filled), file);
  }

  async skip(count: number, file: string): Promise<void> {
    const waste = Buffer.allocUnsafe(Math.min(count, startBytes));
    for (let left = count; left > 0; )
      left -= await this.read(waste.subarray(0, Math.min(left, waste.length)), file);
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    this.#chunk = done ? Buffer.alloc(0) : value;
    return !done;
  }
}
