import type { DataFile } from '../data-files.ts';
import { catalogue } from './catalogue.ts';
import type { DataFolder, OpenFile } from './data-folder.ts';
import type { DataSet } from './data-set.ts';
import { ImportFailure } from './failure.ts';
import { type Column, columnsOf } from './header.ts';
import { qa } from './qa.ts';
import { maxRecordBytes } from './records.ts';

const dataSets: readonly DataSet[] = [catalogue, qa];

/** A data file of the folder, with its header line already read. */
export interface FoundFile {
  readonly file: DataFile;
  /** The file's name in the folder. */
  readonly name: string;
  /** The file's size in bytes, and how many of them the header takes, with its line end and any byte-order mark. */
  readonly bytes: number;
  readonly headerBytes: number;
  readonly columns: readonly Column[];
  /** Opens the file for reading after the header. */
  open(): Promise<OpenFile>;
}

export interface FoundSet {
  readonly set: DataSet;
  readonly files: readonly FoundFile[];
}

/** The contents of a folder. */
export interface Found {
  readonly sets: readonly FoundSet[];
  /** Names of files that are not data files. */
  readonly furtherFiles: readonly string[];
}

/**
 * Finds the data sets of a folder. A single file of a set makes the set count as present. Throws ImportFailure when the
 * folder has no data set, when a file of a set is missing, duplicated or unreadable, or when its header is wrong.
 */
export async function findSets(folder: DataFolder): Promise<Found> {
  const names = new Set(await folder.names());
  const nameOf = new Map<DataFile, string>();
  for (const file of dataSets.flatMap(({ files }) => files)) {
    const present = [file.name, ...(file.otherName ? [file.otherName] : [])].filter(name => names.has(name));
    if (present.length > 1)
      throw new ImportFailure(`The folder ${folder.name} holds one file twice, as ${present.join(' and ')}`);
    if (present[0]) nameOf.set(file, present[0]);
  }
  const sets = dataSets.filter(({ files }) => files.some(file => nameOf.has(file)));
  if (sets.length === 0) {
    const all = dataSets.flatMap(({ files }) => files.map(({ name }) => name));
    throw new ImportFailure(`The folder ${folder.name} holds none of the data files ${all.join(', ')}`);
  }
  for (const { title, files } of sets) {
    const missing = files.filter(file => !nameOf.has(file)).map(({ name }) => name);
    if (missing.length > 0)
      throw new ImportFailure(`The folder ${folder.name} holds ${title} without ${missing.join(', ')}`);
  }
  const read = new Set(nameOf.values());
  return {
    sets: await Promise.all(
      sets.map(async set => ({
        set,
        files: await Promise.all(
          set.files.map(file => findFile(folder, file, nameOf.get(file) ?? file.name)),
        ),
      })),
    ),
    furtherFiles: [...names].filter(name => !name.startsWith('.') && !read.has(name)).sort(),
  };
}

async function findFile(folder: DataFolder, file: DataFile, name: string): Promise<FoundFile> {
  const { size, bytes } = await folder.start(name, maxRecordBytes);
  const header = readHeader(file, name, bytes.toString('latin1'));
  return { file, name, bytes: size, ...header, open: () => folder.open(name, header.headerBytes) };
}

function readHeader(file: DataFile, name: string, start: string): Pick<FoundFile, 'headerBytes' | 'columns'> {
  const newline = start.indexOf('\n');
  const line = (newline < 0 ? start : start.slice(0, newline))
    .replace(/^\xEF\xBB\xBF/, '')
    .replace(/\r$/, '');
  if (line === '' || (newline < 0 && start.length === maxRecordBytes))
    throw new ImportFailure(`${name} does not start with a header line`);
  return {
    headerBytes: newline < 0 ? start.length : newline + 1,
    columns: columnsOf(file, name, line),
  };
}
