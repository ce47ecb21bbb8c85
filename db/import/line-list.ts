import { appendFile, mkdir, mkdtemp, open, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ImportFailure } from './failure.ts';

/** The bounds are those of RFC 5321, and keep the search linear. */
const emailLike = /[^\s",@]{1,64}@[^\s",@]{1,255}/g;
/** How much of a line is shown, in UTF-16 units. */
const shownLength = 500;

/**
 * A CSV file that lists lines of the data files: file, line, reason, text. It exists only once there is a line
 * to list. What looks like an e-mail address is left out.
 */
export class LineList {
  readonly #path: string;
  #isBegun = false;
  #unwritten = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws ImportFailure when the list cannot be written, or cannot be removed when nothing is to be listed. */
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

  /** Adds a line, given as its bytes ("latin1"); written by the next flush(). */
  add(file: string, line: number, reason: string, text: string): void {
    this.#unwritten += `${file},${line},${quote(reason)},${quote(shown(text))}\n`;
  }

  async flush(): Promise<void> {
    if (this.#unwritten === '') return;
    const text = this.#unwritten;
    this.#unwritten = '';
    if (!this.#isBegun) {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(this.#path, 'file,line,reason,text\n');
      this.#isBegun = true;
    }
    await appendFile(this.#path, text);
  }

  /** The list's path; undefined when nothing was listed, and then the list of an earlier import is removed. */
  async finish(): Promise<string | undefined> {
    if (this.#isBegun) return this.#path;
    await rm(this.#path, { force: true });
    return undefined;
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The folder, or the nearest above it that is there. */
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
