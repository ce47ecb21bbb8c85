import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { silent } from '../progress.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { folderAt } from './data-folder.ts';
import { neededBytes, refuseSmallDisk } from './disk.ts';
import { findSets } from './folder.ts';
import { fullFolder, importFrom } from './testing/data-folder.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});

afterAll(() => database.drop());

/** A folder with a sparse photos.csv of the given size. */
async function folderOfSize(bytes: number): Promise<string> {
  const folder = await fullFolder({ 'photos.csv': [''] });
  await truncate(join(folder, 'photos.csv'), bytes);
  return folder;
}

test('an import that needs more than the free disk space is refused before it starts', async () => {
  const folder = await folderOfSize(8e12);
  const begin = jest.fn();
  const importing = importFrom(folder, database.owner, { progress: { ...silent, begin } });
  await expect(importing).rejects.toThrow(
    /^The import needs 25601\.1 GB of free disk space, and the database's disk has \d+\.\d GB; the served data is unchanged\.$/,
  );
  expect(begin).not.toHaveBeenCalled();
});

test('an import needs space for the tables, the staged and sorted rows, and the log', async () => {
  const { sets } = await findSets(folderAt(await folderOfSize(1_000_000_000)));
  expect(neededBytes(sets, 500_000_000) / 1e9).toBeCloseTo(0.7 + 2 * 1.25 + 0.5, 4);
  expect(neededBytes(sets, 5_000_000_000) / 1e9).toBeCloseTo(0.7 + 2 * 1.25 + 0.7, 4);
});

describe('the output of df', () => {
  const header = 'Filesystem 1024-blocks Used Available Capacity Mounted on';
  const check = async (line: string) => {
    const note = jest.fn();
    const { sets } = await findSets(folderAt(await folderOfSize(1_000_000_000)));
    await refuseSmallDisk(client, sets, { ...silent, note }, `echo "${header}"; echo "${line}"`);
    return note.mock.calls.flat();
  };

  test('decides whether the import starts', async () => {
    expect(await check('/dev/my disk 4000000000 5 3500000000 1% /my data')).toEqual([]);
    await expect(check('/dev/sda1 4000000000 3999999000 1000 100% /')).rejects.toThrow(
      "The import needs 3.9 GB of free disk space, and the database's disk has 0.0 GB",
    );
  });

  test('may be missing, which skips the check with a note', async () => {
    expect(await check('nothing')).toEqual([
      expect.stringMatching(/^The free disk space was not checked \(.* printed no free space\)\.$/),
    ]);
    const note = jest.fn();
    const { sets } = await findSets(folderAt(await fullFolder({})));
    await refuseSmallDisk(client, sets, { ...silent, note }, 'no-such-program');
    expect(note).toHaveBeenCalledWith(
      'The free disk space was not checked (program "no-such-program" failed).',
    );
  });
});
