import { catalogueFiles } from '../data-files.ts';
import { Random } from '../generate/random.ts';
import { maxRecordBytes } from './records.ts';
import { type Outcome, outcomes } from './testing/reading.ts';

const [, features, , photos, skus] = catalogueFiles;

const url = (id: number) =>
  `https://images.example.com/photo-${id}?ixlib=rb-1.2.1&auto=format,compress&w=668&q=80`;
const photo = (id: number) => `${id},${id + 1},"${url(id)}","${url(id * 7)}"`;
const before = [photo(1), photo(2)];
const after = [photo(4), photo(5)];

const goodRecords = (found: Outcome[]) => found.flatMap(({ good }) => good ?? []);
const positionsOf = (text: string, letter: string) =>
  [...text].flatMap((each, position) => (each === letter ? [position] : []));
const without = (text: string, position: number) => text.slice(0, position) + text.slice(position + 1);

describe('a line of photos.csv that lacks a quote', () => {
  const whole = photo(3);
  const quotes = positionsOf(whole, '"');
  const broken = quotes.map(quote => without(whole, quote));

  test.each(broken)('is repaired: %s', line => {
    const found = outcomes(photos, [...before, line, ...after].join('\n'));
    expect(goodRecords(found)).toEqual([...before, whole, ...after]);
    expect(found[2]).toEqual({ line: 4, good: whole, isRepaired: true });
  });

  test('is repaired next to any other such line, in either order, also as the first and last of a file', () => {
    const other = photo(8);
    for (const first of broken)
      for (const quote of positionsOf(other, '"')) {
        const second = without(other, quote);
        expect(goodRecords(outcomes(photos, `${first}\n${second}`))).toEqual([whole, other]);
        expect(goodRecords(outcomes(photos, `${second}\r\n${first}\r\n`))).toEqual([other, whole]);
      }
  });

  test('is rejected alone when it lacks two', () => {
    for (const [position, first] of quotes.entries())
      for (const second of quotes.slice(position + 1)) {
        const line = without(without(whole, second), first);
        const found = outcomes(photos, [...before, line, ...after].join('\n'));
        expect(goodRecords(found)).toEqual([...before, ...after]);
        expect(found).toHaveLength(5);
      }
  });
});

test('a missing quote is restored in texts with commas, and next to numbers', () => {
  const repairs = [
    ['1,2,"Mid-Sole,"Arch, Bridge"', '1,2,"Mid-Sole","Arch, Bridge"'],
    ['1,2,"Mid-Sole","Arch, Bridge', '1,2,"Mid-Sole","Arch, Bridge"'],
    ['1,2,UV Protection",null', '1,2,"UV Protection",null'],
    ['1,2,"UV Protection,null', '1,2,"UV Protection",null'],
  ];
  for (const [line, repaired] of repairs)
    expect(outcomes(features, `${line}\n`)).toEqual([{ line: 2, good: repaired, isRepaired: true }]);
});

test('two broken lines that could make one record are repaired as two', () => {
  expect(goodRecords(outcomes(skus, '1,1,"XS,8\n2,1,S",16\n'))).toEqual(['1,1,"XS",8', '2,1,"S",16']);
});

test('a good line between two broken ones that could form a record with it is kept', () => {
  expect(goodRecords(outcomes(skus, '9,9,"X\n2,1,M,5\nrest",16\n'))).toEqual(['2,1,M,5']);
});

test('a line with two possible positions for its quote, or cut off within a text, is rejected', () => {
  const found = outcomes(features, '1,2,"a,",b"\n2,2,"d,e,f\n3,3,"g","h"');
  expect(found.map(({ line, reason }) => ({ line, reason }))).toEqual([
    { line: 2, reason: 'misplaced quote in value' },
    { line: 3, reason: 'unclosed quote in feature' },
    { line: 4 },
  ]);
});

describe('garbage', () => {
  const random = new Random(7, 'garbage');
  const letters = [
    '"',
    '"',
    '"',
    ',',
    ',',
    '\0',
    '\r',
    'a',
    '1',
    ' ',
    'é',
    '\\',
    '.',
    '\t',
    'null',
    '""',
    '","',
  ];
  const garbage = () =>
    Array.from({ length: random.below(12) }, () => letters[random.below(letters.length)]).join('');
  const damaged = () => {
    const line = photo(100 + random.below(900));
    const position = random.below(line.length);
    return line.slice(0, position) + garbage() + line.slice(position + random.below(30));
  };

  test('does not affect the good lines around it, and every line is counted', () => {
    for (let round = 0; round < 1_000; round++) {
      const lines = Array.from({ length: 1 + random.below(6) }, () =>
        random.below(2) ? garbage() : damaged(),
      );
      const text = [...before, ...lines, ...after].join(random.below(2) ? '\n' : '\r\n');
      const found = outcomes(photos, text);
      const good = goodRecords(found);
      expect(good.slice(0, 2)).toEqual(before);
      expect(good.slice(-2)).toEqual(after);
      expect(linesOf(found)).toBe(4 + lines.length);
    }
  });

  /** The number of lines in the outcomes. Each must start where the one before it ends. */
  function linesOf(found: Outcome[]): number {
    return (
      found.reduce((next, { line, good, bad }) => {
        expect(line).toBe(next);
        return next + (good ?? bad ?? '').split('\n').length;
      }, 2) - 2
    );
  }
});

describe('a line that is too long', () => {
  const long = `7,7,"${'x'.repeat(3 * maxRecordBytes)}","y"`;

  test.each([maxRecordBytes + 100, 2 * maxRecordBytes, 8 * maxRecordBytes])(
    'is rejected alone, read %i bytes at a time',
    windowBytes => {
      const found = outcomes(photos, [...before, long, ...after, '"', long].join('\n'), windowBytes);
      expect(goodRecords(found)).toEqual([...before, ...after]);
      expect(found.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8]);
      expect(found[2]?.reason).toBe('longer than 65536 bytes');
    },
  );
});

test('an open quote takes none of the many lines after it, in linear time', () => {
  const lines = Array.from({ length: 20_000 }, () => '1,"a');
  const begun = performance.now();
  expect(outcomes(photos, [...lines, ...after].join('\n'), 2 * maxRecordBytes)).toHaveLength(20_002);
  const commas = `1,1,"${',x'.repeat(30_000)}`;
  expect(outcomes(photos, `${commas}\n${photo(1)}`)).toHaveLength(2);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('empty lines are rejected, and the final newline of a file is not a line', () => {
  expect(outcomes(photos, `\n${photo(1)}\n\n`)).toEqual([
    { line: 2, bad: '', reason: 'empty line' },
    { line: 3, good: photo(1), isRepaired: false },
    { line: 4, bad: '', reason: 'empty line' },
  ]);
});

test('the records do not depend on where the windows of a file end', () => {
  const random = new Random(11, 'windows');
  const lines = Array.from({ length: 4_000 }, (_, id) => {
    const line = photo(id + 1).replace('compress', random.below(9) ? 'compress' : 'com\npréss');
    const quotes = positionsOf(line, '"');
    return random.below(20) ? line : without(line, quotes[random.below(quotes.length)] as number);
  });
  const text = lines.join('\n');
  const whole = outcomes(photos, text);
  for (const windowBytes of [maxRecordBytes + 3, maxRecordBytes + 777, 100_000, 2 * maxRecordBytes])
    expect(outcomes(photos, text, windowBytes)).toEqual(whole);
});
