import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImportFailure } from './failure.ts';

/** A folder of data files, on disk or in a stream. */
export interface DataFolder {
  /** The name in messages. */
  readonly name: string;
  /** The names of the files. Throws ImportFailure when the folder cannot be read. */
  names(): Promise<readonly string[]>;
  /** The size of a file, and its first `length` bytes at most. Throws ImportFailure when the file cannot be read. */
  start(file: string, length: number): Promise<{ readonly size: number; readonly bytes: Buffer }>;
  /** Opens a file for reading from a position. Files of a stream must be opened in the order of the stream. */
  open(file: string, position: number): Promise<OpenFile>;
}

export interface OpenFile {
  /** Reads at most `length` bytes into the buffer at `offset`. Returns the number of bytes, 0 at the end. */
  read(buffer: Buffer, offset: number, length: number): Promise<number>;
  close(): Promise<void>;
}

/** A folder on this machine. */
export function folderAt(path: string): DataFolder {
  const unreadable = (subject: string) => (cause: NodeJS.ErrnoException) => {
    throw new ImportFailure(`${subject} cannot be read (${cause.code})`, { cause });
  };
  return {
    name: path,
    async names() {
      const entries = await readdir(path, { withFileTypes: true }).catch(unreadable(`The folder ${path}`));
      return entries.filter(entry => !entry.isDirectory()).map(({ name }) => name);
    },
    async start(file, length) {
      const whole = join(path, file);
      const fail = unreadable(whole);
      const { size } = await stat(whole).catch(fail);
      const handle = await open(whole).catch(fail);
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length).catch(fail);
        return { size, bytes: buffer.subarray(0, bytesRead) };
      } finally {
        await handle.close();
      }
    },
    async open(file, position) {
      const handle = await open(join(path, file));
      let next = position;
      return {
        async read(buffer, offset, length) {
          const { bytesRead } = await handle.read(buffer, offset, length, next);
          next += bytesRead;
          return bytesRead;
        },
        close: () => handle.close(),
      };
    },
  };
}
