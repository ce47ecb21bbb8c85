import { appendFile, mkdir, mkdtemp, open, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ImportFailure } from './failure.ts';

/** The length limits are those of RFC 5321. They keep the search linear. */
const emailLike = /[^\s",@]{1,64}@[^\s",@]{1,255}/g;
/** Longer lines are cut, in UTF-16 units. */
const shownLength = 500;

/**
 * A CSV file that lists lines of the data files: file, line, reason, text. The file is created with its first line.
 * E-mail addresses are masked.
 */
export class LineList {
  readonly #path: string;
  #isBegun = false;
  #pending = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws ImportFailure when the list cannot be written, or an old list cannot be removed. */
  async refuseUnwritable(): Promise<void> {
    try {
      const list = await open(this.#path, 'r+').catch(unlessMissing);
      await list?.close();
      await rmdir(await mkdtemp(join(await existingFolder(dirname(resolve(this.#path))), '.list-')));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new ImportFailure(`The list ${this.#path} cannot be written (${code})`, { cause });
    }
  }

  /** Adds a line, passed as bytes ("latin1"). The next flush() writes it. */
  add(file: string, line: number, reason: string, text: string): void {
    this.#pending += `${file},${line},${quote(reason)},${quote(shown(text))}\n`;
  }

  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    if (!this.#isBegun) {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(this.#path, 'file,line,reason,text\n');
      this.#isBegun = true;
    }
    await appendFile(this.#path, text);
  }

  /** Returns the path of the list. If the list is empty, removes that of an earlier import and returns undefined. */
  async finish(): Promise<string | undefined> {
    if (this.#isBegun) return this.#path;
    await rm(this.#path, { force: true });
    return undefined;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The folder, or its nearest existing ancestor. */
async function existingFolder(folder: string): Promise<string> {
  const exists = await stat(folder).then(() => true, unlessMissing);
  return exists ? folder : existingFolder(dirname(folder));
}

function shown(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString()
    .replace(emailLike, '(e-mail)')
    .slice(0, shownLength)
    .replaceAll('\0', '␀')
    .toWellFormed();
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
