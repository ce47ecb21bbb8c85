import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { folderAt } from './data-folder.ts';
import { folderFrom, startBytes } from './data-stream.ts';
import { importFolder } from './import-folder.ts';
import { fullFolder } from './testing/data-folder.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await fullFolder({});
});
afterAll(() => database.drop());

const order = [
  'product',
  'features',
  'styles',
  'photos',
  'skus',
  'related',
  'questions',
  'answers',
  'answers_photos',
];

/** The stream that deploy/import.sh sends for the folder, in chunks of any size. */
async function streamed(chunkBytes: number, change = (all: Buffer) => all): Promise<Readable> {
  const files = await Promise.all(
    order.map(async name => ({ name: `${name}.csv`, bytes: await readFile(join(folder, `${name}.csv`)) })),
  );
  const all = change(
    Buffer.concat([
      Buffer.from(`${files.map(({ name, bytes }) => `${bytes.length} ${name}\n`).join('')}- notes.txt\n\n`),
      ...files.map(({ bytes }) => bytes.subarray(0, startBytes)),
      ...files.map(({ bytes }) => bytes),
    ]),
  );
  const chunks = Array.from({ length: Math.ceil(all.length / chunkBytes) }, (_, index) =>
    all.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  return Readable.from(chunks);
}

const load = async (from: Awaited<ReturnType<typeof folderFrom>>) =>
  importFolder({ owner: database.owner, folder: from, rejects: join(folder, 'rejects.csv') });
const counted = ({ files }: Awaited<ReturnType<typeof importFolder>>) =>
  files.map(({ name, lines, imported, rejected }) => [name, lines, imported, rejected]);

test.each([1, 7, 1000, 1_000_000])(
  'a stream in chunks of %d bytes is imported like the folder',
  async chunkBytes => {
    const fromDisk = await load(folderAt(folder));
    const fromStream = await load(await folderFrom(await streamed(chunkBytes), 'my data'));
    expect(counted(fromStream)).toEqual(counted(fromDisk));
    expect(fromStream.furtherFiles).toEqual(['notes.txt']);
    expect((await readdir(folder)).sort()).toEqual(order.map(name => `${name}.csv`).sort());
  },
);

test('a stream that ends early changes nothing, and the error names the truncated file', async () => {
  const cut = await folderFrom(await streamed(1000, all => all.subarray(0, -10)), 'my data');
  await expect(load(cut)).rejects.toThrow('answers_photos.csv ended early; the served data is unchanged.');
});

test.each(['', 'x', 'no list\n\n', '12 product.csv', '12 \n\n', '-1 product.csv\n\n'])(
  'a stream that starts with %j is refused',
  async text => {
    await expect(folderFrom(Readable.from([Buffer.from(text)]), 'my data')).rejects.toThrow(
      /^The stream (?:of my data does not start with a list of its files|has no list of files);/,
    );
  },
);

test('messages about a stream use the name that its user gave', async () => {
  const stream = Readable.from([Buffer.from('3 questions.csv\n\nid,')]);
  await expect(load(await folderFrom(stream, '~/my data'))).rejects.toThrow(
    'The folder ~/my data holds questions and answers without answers.csv, answers_photos.csv;',
  );
});
