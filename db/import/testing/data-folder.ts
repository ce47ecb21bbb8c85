import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogueFiles, headerOf, qaFiles } from '../../data-files.ts';
import type { DatabaseSettings } from '../../environment.ts';
import { emptyFolder } from '../../testing/temporary-folder.ts';
import { folderAt } from '../data-folder.ts';
import { type ImportRequest, importFolder } from '../import-folder.ts';
import type { ImportResult } from '../results.ts';

type Name = (typeof catalogueFiles | typeof qaFiles)[number]['name'];
/** The lines of some files, without their headers. */
export type Lines = Partial<Record<Name, readonly string[]>>;

/** A new folder with all files of the catalogue. Files without lines contain only the header. */
export function catalogueFolder(lines: Lines): Promise<string> {
  return folderOf(catalogueFiles, lines);
}

/** A new folder with all files of questions and answers. */
export function qaFolder(lines: Lines): Promise<string> {
  return folderOf(qaFiles, lines);
}

/** A new folder with all nine files. */
export function fullFolder(lines: Lines): Promise<string> {
  return folderOf([...catalogueFiles, ...qaFiles], lines);
}

async function folderOf(
  files: readonly (typeof catalogueFiles | typeof qaFiles)[number][],
  lines: Lines,
): Promise<string> {
  const folder = await emptyFolder();
  for (const file of files)
    await writeFile(join(folder, file.name), [headerOf(file), ...(lines[file.name] ?? [])].join('\n'));
  return folder;
}

/** Imports a folder, by default with its list of rejected lines in the folder. */
export function importFrom(
  folder: string,
  owner: DatabaseSettings,
  more: Partial<ImportRequest> = {},
): Promise<ImportResult> {
  return importFolder({ owner, folder: folderAt(folder), rejects: join(folder, 'rejects.csv'), ...more });
}

/** The file, line and reason of each entry in a list that the importer wrote. */
export async function readList(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  return [...text.matchAll(/^(\S+\.csv,\d+,)"([^"]*)",/gm)].map(
    ([, position, reason]) => `${position}${reason}`,
  );
}
