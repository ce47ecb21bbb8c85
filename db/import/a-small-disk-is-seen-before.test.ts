import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { folderAt } from './data-folder.ts';
import { neededBytes, refuseSmallDisk } from './disk.ts';
import { findSets } from './folder.ts';
import { importFolder } from './import-folder.ts';
import { silent } from './progress.ts';
import { fullFolder } from './testing/data-folder.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client(database.owner);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** A folder in which photos.csv has so many bytes, nearly all of them a hole that takes no disk. */
async function folderOfSize(bytes: number): Promise<string> {
  const folder = await fullFolder({ 'photos.csv': [''] });
  await truncate(join(folder, 'photos.csv'), bytes);
  return folder;
}

test('an import that no disk has room for is refused before it begins', async () => {
  const folder = await folderOfSize(8e12);
  const begin = jest.fn();
  const importing = importFolder({
    owner: database.owner,
    folder: folderAt(folder),
    rejects: join(folder, 'rejects.csv'),
    progress: { ...silent, begin },
  });
  await expect(importing).rejects.toThrow(
    /^The import needs 25601\.1 GB of disk beside what is served, and \d+\.\d GB is free; what .* untouched\.$/,
  );
  expect(begin).not.toHaveBeenCalled();
});

test('the tables, the rows staged and sorted, and the log are needed', async () => {
  const { sets } = await findSets(folderAt(await folderOfSize(1_000_000_000)));
  expect(neededBytes(sets, 500_000_000) / 1e9).toBeCloseTo(0.7 + 2 * 1.25 + 0.5, 4);
  expect(neededBytes(sets, 5_000_000_000) / 1e9).toBeCloseTo(0.7 + 2 * 1.25 + 0.7, 4);
});

describe('what df says', () => {
  const header = 'Filesystem 1024-blocks Used Available Capacity Mounted on';
  const check = async (line: string) => {
    const note = jest.fn();
    const { sets } = await findSets(folderAt(await folderOfSize(1_000_000_000)));
    await refuseSmallDisk(client, sets, { ...silent, note }, `echo "${header}"; echo "${line}"`);
    return note.mock.calls.flat();
  };

  test('is believed', async () => {
    expect(await check('/dev/my disk 4000000000 5 3500000000 1% /my data')).toEqual([]);
    await expect(check('/dev/sda1 4000000000 3999999000 1000 100% /')).rejects.toThrow(
      'The import needs 3.9 GB of disk beside what is served, and 0.0 GB is free',
    );
  });

  test('is not needed: the check is skipped, and that is said', async () => {
    expect(await check('nothing')).toEqual([
      expect.stringMatching(/^Whether the disk has room was not checked \(.* told no number\)\.$/),
    ]);
    const note = jest.fn();
    const { sets } = await findSets(folderAt(await fullFolder({})));
    await refuseSmallDisk(client, sets, { ...silent, note }, 'no-such-program');
    expect(note).toHaveBeenCalledWith(
      'Whether the disk has room was not checked (program "no-such-program" failed).',
    );
  });
});
