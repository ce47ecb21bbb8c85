import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogueFiles, type DataFile, qaFiles } from '../data-files.ts';
import { VerifyFailure } from './failure.ts';

export interface Files {
  /** The size of all nine files together. */
  readonly bytes: number;
  pathOf(file: DataFile): string;
  bytesOf(file: DataFile): number;
}

/**
 * Finds the nine data files of a folder. Throws VerifyFailure when a file is missing, or exists under both its names.
 */
export async function findFiles(folder: string): Promise<Files> {
  const present = await readdir(folder).catch(cause => {
    if (cause.code === 'ENOENT') throw new VerifyFailure(`There is no folder ${folder}.`, { cause });
    throw new VerifyFailure(`The folder ${folder} cannot be read (${cause.code}).`, { cause });
  });
  const paths = new Map<DataFile, string>();
  const missing: string[] = [];
  for (const file of [...catalogueFiles, ...qaFiles] as readonly DataFile[]) {
    const [name, twin] = present.filter(each => each === file.name || each === file.otherName);
    if (twin) throw new VerifyFailure(`The folder ${folder} holds both ${name} and ${twin}.`);
    if (name) paths.set(file, join(folder, name));
    else missing.push(file.name);
  }
  if (missing.length > 0) throw new VerifyFailure(`The folder ${folder} lacks ${missing.join(', ')}.`);
  const sizes = new Map<DataFile, number>();
  for (const [file, path] of paths) sizes.set(file, await sizeOf(path));
  return {
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    pathOf: file => paths.get(file) ?? join(folder, file.name),
    bytesOf: file => sizes.get(file) ?? 0,
  };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(cause => {
    throw new VerifyFailure(`${path} cannot be read (${cause.code}).`, { cause });
  });
  if (!found.isFile()) throw new VerifyFailure(`${path} is not a file.`);
  return found.size;
}
