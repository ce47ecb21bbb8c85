import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFile, headerOf } from '../data-files.ts';
import { catalogue } from './catalogue.ts';
import type { DataSet } from './data-set.ts';
import { ImportFailure } from './failure.ts';
import { qa } from './qa.ts';

const dataSets: readonly DataSet[] = [catalogue, qa];

/** A data file that is there and begins with its header. */
export interface FoundFile {
  readonly file: DataFile;
  readonly path: string;
  /** Its size in bytes, and of these the header line with its line end (and byte-order mark). */
  readonly bytes: number;
  readonly headerBytes: number;
}

export interface FoundSet {
  readonly set: DataSet;
  readonly files: readonly FoundFile[];
}

/**
 * The sets that a folder holds: those of which any file is there. Throws ImportFailure when there is none, when a
 * file of a set is missing, or when a file does not begin with its header.
 */
export async function findSets(folder: string): Promise<FoundSet[]> {
  const names = await readdir(folder).catch(cause => {
    throw new ImportFailure(`The folder ${folder} cannot be read (${cause.code})`, { cause });
  });
  const sets = dataSets.filter(({ files }) => files.some(({ name }) => names.includes(name)));
  if (sets.length === 0) {
    const all = dataSets.flatMap(({ files }) => files.map(({ name }) => name));
    throw new ImportFailure(`The folder ${folder} holds none of the data files ${all.join(', ')}`);
  }
  for (const { title, files } of sets) {
    const missing = files.map(({ name }) => name).filter(name => !names.includes(name));
    if (missing.length > 0)
      throw new ImportFailure(`The folder ${folder} holds ${title} without ${missing.join(', ')}`);
  }
  return Promise.all(
    sets.map(async set => ({
      set,
      files: await Promise.all(set.files.map(file => findFile(folder, file))),
    })),
  );
}

async function findFile(folder: string, file: DataFile): Promise<FoundFile> {
  const path = join(folder, file.name);
  try {
    const { size } = await stat(path);
    return { file, path, bytes: size, headerBytes: checkHeader(file, await readStart(path)) };
  } catch (cause) {
    if (cause instanceof ImportFailure) throw cause;
    throw new ImportFailure(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** Checks that a file's beginning is its header; returns the header's bytes. */
function checkHeader(file: DataFile, start: string): number {
  const newline = start.indexOf('\n');
  const line = newline < 0 ? start : start.slice(0, newline);
  const found = line.replace(/^\xEF\xBB\xBF/, '').replace(/\r$/, '');
  if (found === headerOf(file)) return newline < 0 ? start.length : newline + 1;
  const shown = JSON.stringify(Buffer.from(found, 'latin1').toString().slice(0, 120));
  throw new ImportFailure(`${file.name} begins with ${shown} where ${headerOf(file)} is expected`);
}

/** The first kibibyte of a file, more than any header has, as "latin1". */
async function readStart(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
