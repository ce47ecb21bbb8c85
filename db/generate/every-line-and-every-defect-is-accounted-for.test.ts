import { type ColumnType, headerOf } from '../data-files.ts';
import { emptyFolder } from '../testing/temporary-folder.ts';
import { type DirtCounts, dirtPlan } from './dirt.ts';
import { dataFiles, type FileName } from './files.ts';
import { type FileReport, generate } from './generate.ts';
import { type ReadFile, readDataFile, type Value } from './testing/read-data-file.ts';

jest.setTimeout(60_000);

/** The files whose rows must refer to an existing parent. */
const parents: Partial<Record<FileName, { file: FileName; column: string }>> = {
  'features.csv': { file: 'product.csv', column: 'product_id' },
  'styles.csv': { file: 'product.csv', column: 'productId' },
  'photos.csv': { file: 'styles.csv', column: 'styleId' },
  'skus.csv': { file: 'styles.csv', column: 'styleId' },
  'related.csv': { file: 'product.csv', column: 'current_product_id' },
  'answers.csv': { file: 'questions.csv', column: 'question_id' },
  'answers_photos.csv': { file: 'answers.csv', column: 'answer_id' },
};

const patterns: Record<ColumnType, RegExp> = {
  id: /^(0|[1-9][0-9]{0,9})$/,
  integer: /^ ?(0|[1-9][0-9]{0,9})$/,
  price: /^(0|[1-9][0-9]{0,9})$/,
  'price?': /^(null|0|[1-9][0-9]{0,9})$/,
  boolean: /^[01]$/,
  milliseconds: /^1[0-9]{12}$/,
  text: /./,
  'text?': /./,
};

interface Counted {
  file: ReadFile;
  accepted: Set<string>;
  orphan: number;
  duplicate: number;
  zero: number;
}

/**
 * The rows that an import accepts, and the counts that it rejects by reason, by the rules of the import in their order.
 */
async function importAll(folder: string): Promise<Record<FileName, Counted>> {
  const result = {} as Record<FileName, Counted>;
  for (const { name } of dataFiles) {
    const file = await readDataFile(folder, name, name === 'styles.csv' ? '\r\n' : '\n');
    const counted: Counted = { file, accepted: new Set(), orphan: 0, duplicate: 0, zero: 0 };
    const parent = parents[name];
    for (const row of file.rows) {
      const id = row.id?.text ?? '';
      if (row.related_product_id?.text === '0') counted.zero++;
      else if (counted.accepted.has(id)) counted.duplicate++;
      else if (parent && !result[parent.file].accepted.has(row[parent.column]?.text ?? '')) counted.orphan++;
      else counted.accepted.add(id);
    }
    result[name] = counted;
  }
  return result;
}

function isWellFormed(type: ColumnType, { text, isQuoted }: Value): boolean {
  const isText = type.startsWith('text');
  const isNull = type === 'text?' && !isQuoted && text === 'null';
  const isBareUrl = isText && !isQuoted && text.startsWith('https://');
  return patterns[type].test(text) && (isQuoted === isText || isNull || isBareUrl);
}

describe.each([
  { scale: 0.001, seed: 1 },
  { scale: 0.0001, seed: 3 },
  { scale: 0.002, seed: 4 },
])('a data set of scale $scale and seed $seed', ({ scale, seed }) => {
  let reports: FileReport[];
  let imported: Record<FileName, Counted>;

  beforeAll(async () => {
    const out = await emptyFolder();
    reports = await generate({ out, scale, seed });
    imported = await importAll(out);
  });

  it.each(dataFiles)('has in $name the header and exactly the share of the real rows', dataFile => {
    const { header, rows } = imported[dataFile.name].file;
    expect(header.join()).toBe(headerOf(dataFile));
    expect(rows).toHaveLength(Math.round(dataFile.rows * scale));
  });

  it.each(dataFiles)('has in $name only values of the right types', dataFile => {
    const columns = Object.entries<ColumnType>(dataFile.columns);
    const wrong = imported[dataFile.name].file.rows.filter(row =>
      columns.some(([column, type]) => !isWellFormed(type, row[column] as Value)),
    );
    expect(wrong).toEqual([]);
  });

  it.each(dataFiles)('has in $name exactly the planned and reported defects', ({ name }) => {
    const { file, accepted, orphan, duplicate, zero } = imported[name];
    const { url, thumbnail } = file.missingQuotes;
    const found: DirtCounts = { 'url quote': url, 'thumbnail quote': thumbnail, orphan, duplicate, zero };
    expect(found).toEqual(dirtPlan(scale)[name]);
    expect(reports.find(report => report.name === name)).toMatchObject({
      rows: file.rows.length,
      bytes: Buffer.byteLength(file.text),
      dirt: found,
      expectedRejected: file.rows.length - accepted.size,
    });
  });
});

it('the plan has the real set’s defects at scale 1, and one of each kind in a sample', () => {
  const full = dirtPlan(1);
  expect(full['photos.csv']).toMatchObject({ 'url quote': 97, 'thumbnail quote': 96, orphan: 566 });
  expect(full['related.csv']).toMatchObject({ zero: 58, orphan: 0, duplicate: 451 });
  const sample = dirtPlan(0.0001);
  expect(sample['photos.csv']).toEqual({
    'url quote': 1,
    'thumbnail quote': 1,
    orphan: 1,
    duplicate: 1,
    zero: 0,
  });
  expect(sample['related.csv']).toMatchObject({ duplicate: 1, zero: 1 });
  expect(sample['product.csv']).toMatchObject({ orphan: 0, duplicate: 0 });
});

it('each file has at least one clean row, however small the scale', async () => {
  const reports = await generate({ out: await emptyFolder(), scale: 1e-9, seed: 1 });
  expect(reports.map(({ rows, expectedRejected }) => [rows, expectedRejected])).toEqual(
    dataFiles.map(() => [1, 0]),
  );
});
