import { catalogueFiles, type DataFile, qaFiles } from '../data-files.ts';
import { outcomes } from './testing/reading.ts';

const values: Record<string, string> = {
  id: '7',
  'price?': 'null',
  boolean: '1',
  milliseconds: '1598999999999',
};

/** A record of a file with `text` in each text column, its quotes doubled. */
function recordOf(file: DataFile, text: string): string {
  const fields = Object.values(file.columns).map(type =>
    type.startsWith('text') ? `"${text.replaceAll('"', '""')}"` : (values[type] ?? '5'),
  );
  return fields.join(',');
}

const plain = 'plain, with a comma';
const files: readonly DataFile[] = [...catalogueFiles, ...qaFiles];
const columns = files.flatMap(file =>
  Object.entries(file.columns).flatMap(([name, type]) =>
    type.startsWith('text') ? [[file, name] as const] : [],
  ),
);
const texts = ['one\ntwo', '\n', 'a\n\n\nb', 'end\n', '\nbegin', 'a "quoted"\nword', 'a\r\nb', '"\n"'];
/**
 * Texts whose last line looks like the start of a record. In a last column, such lines count as two that lack a quote.
 */
const listLike = ['a\n4,5,', '1\n2,3,4'];

test.each(columns.map(([file, name]) => [file.name, name, file] as const))(
  'a text with newlines stays whole in %s, column %s',
  (_name, column, file) => {
    const position = Object.keys(file.columns).indexOf(column);
    const isLast = position === Object.keys(file.columns).length - 1;
    for (const text of isLast ? texts : [...texts, ...listLike])
      for (const lineEnd of ['\n', '\r\n']) {
        const neighbour = recordOf(file, plain);
        const fields = recordOf(file, 'TEXT').split(',');
        const record = fields.with(position, `"${text.replaceAll('"', '""')}"`).join(',');
        const found = outcomes(file, [neighbour, record, neighbour].join(lineEnd));
        const lines = text.split('\n').length;
        expect(found).toEqual([
          { line: 2, good: neighbour, isRepaired: false },
          { line: 3, good: record, isRepaired: false },
          { line: 3 + lines, good: neighbour, isRepaired: false },
        ]);
      }
  },
);

test('a record stays whole when all its texts have newlines', () => {
  for (const file of files) {
    const record = recordOf(file, 'Zeile 1\nZeile „2“ "ü"\n\n3');
    expect(outcomes(file, `${record}\n${record}`)).toHaveLength(2);
  }
});

test('a record with newlines and a wrong value is rejected as a whole, with the reason', () => {
  const [questions] = qaFiles;
  const record = '7,7,"one\ntwo",1598999999999,"a","b",2,0';
  expect(outcomes(questions, `${record}\n`)).toEqual([
    { line: 2, bad: Buffer.from(record).toString('latin1'), reason: 'reported is not 0 or 1' },
  ]);
});

test('each line of a text above 64 KiB or 1,000 lines is rejected, and the next record is not', () => {
  const [, features] = catalogueFiles;
  for (const text of ['a\n'.repeat(1_001), `${'a'.repeat(1_000)}\n`.repeat(66)]) {
    const found = outcomes(features, `1,1,"${text}","b"\n2,2,"c","d"`);
    expect(found.filter(({ good }) => good)).toEqual([
      { line: 2 + text.split('\n').length, good: '2,2,"c","d"', isRepaired: false },
    ]);
  }
});
