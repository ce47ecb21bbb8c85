import { catalogueFiles, type DataFile, headerOf, qaFiles } from '../data-files.ts';
import { Random } from '../generate/random.ts';
import { defectOf } from './defect.ts';
import { looseRecord } from './grammar.ts';
import { columnsOf } from './header.ts';

const files: readonly DataFile[] = [...catalogueFiles, ...qaFiles];
const columns = (file: DataFile) => columnsOf(file, file.name, headerOf(file));
const patterns = new Map(files.map(file => [file, looseRecord(columns(file))]));
const noReason = 'not a record of this file';

test('a record has a reason exactly if the pattern does not match', () => {
  const random = new Random(3, 'records');
  const bare = [
    '0',
    '1',
    '7',
    ' 7',
    '  2147483647',
    '2147483648',
    '9999999999',
    '01',
    '-1',
    '1.5',
    '1e3',
    '+1',
    '1 ',
    '2000000000',
    '2000000001',
    '\t5\t',
  ];
  const times = ['253402300799999', '253402300800000', '1598999999999', '99999999999999999999'];
  const words = [
    'null',
    ' null',
    'null\t',
    'null x',
    'NULL',
    'nullx',
    'x',
    '',
    ' ',
    '\t',
    'a b',
    ' a ',
    'a\rb',
    'a\0b',
    'a"b',
  ];
  const quoted = [
    '""',
    '"x"',
    '"null"',
    '"a,b"',
    '"a""b"',
    '"a\nb"',
    '"a\r\nb"',
    '"a\0b"',
    '"a"b"',
    '"a',
    'a"',
    '"""',
  ];
  const spaced = [' "x"', '"x" ', '\t"x" \t', ' "x" y', 'y "x"', ' ""', '" x "', '"a\0b" ', '\\N', '\\.'];
  const prices = [
    '1.5',
    '0.05',
    '19.90 ',
    '19.999',
    '1.',
    '.5',
    '2147483647.99',
    '1,5',
    '1.59861E+12',
    '2E9',
  ];
  const fields = [...bare, ...bare, ...times, ...words, ...quoted, ...spaced, ...prices, '"5"'];
  let good = 0;
  const disagreements: string[] = [];
  for (let round = 0; round < 60_000; round++) {
    const file = files[random.below(files.length)] as DataFile;
    const types = Object.values(file.columns);
    const length = types.length + (random.below(20) ? 0 : random.below(3) - 1);
    const record = Array.from({ length }, (_, column) => {
      if (random.below(8) === 0) return fields[random.below(fields.length)];
      return types[column]?.startsWith('text') ? '"x"' : '1';
    }).join(',');
    const isGood = patterns.get(file)?.test(record) ?? false;
    good += isGood ? 1 : 0;
    if ((defectOf(columns(file), record).reason === noReason) !== isGood)
      disagreements.push(`${file.name}: ${record}`);
  }
  expect(disagreements).toEqual([]);
  expect(good).toBeGreaterThan(10_000);
});

test('the pattern matches numbers up to their limits', () => {
  const [, , , , skus] = catalogueFiles;
  for (const limit of [9, 10, 99, 1_999_999_999, 2_147_483_639, 2_147_483_646, 2_147_483_647])
    expect(looseRecord(columns(skus)).test(`1,1,"x",${limit}`)).toBe(true);
  for (const above of ['2147483648', '2147483650', '2147483700', '2200000000', '3000000000', '10000000000'])
    expect(looseRecord(columns(skus)).test(`1,1,"x",${above}`)).toBe(false);
  for (const [id, isGood] of [
    [1_999_999_999, true],
    [2_000_000_000, true],
    [2_000_000_001, false],
    [2_147_483_647, false],
  ])
    expect(looseRecord(columns(skus)).test(`${id},1,"x",1`)).toBe(isGood);
});
