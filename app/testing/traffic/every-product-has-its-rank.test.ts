import { readIdRanges } from './id-ranges.ts';
import { randomOf } from './random.ts';
import { idsByRank, zipfOf } from './zipf.ts';

const ranks = (ids: number) => Array.from({ length: ids }, (_, index) => index + 1);

test.each([1, 2, 3, 10, 89, 7918, 7919, 7920, 2 * 7919, 89 * 7919, 7919 * 2 * 3 * 5, 1_000_011])(
  'each of %i products has a rank of its own',
  ids => {
    const idOf = idsByRank(ids);
    const found = new Uint8Array(ids + 1);
    for (const rank of ranks(ids)) found[idOf(rank)] = 1;
    expect(found.indexOf(0, 1)).toBe(-1);
  },
);

test.each([1000, 7919])('of %i products, popular ones are drawn by rank', ids => {
  const idOf = idsByRank(ids);
  const draw = zipfOf(ids, randomOf(1));
  const times = new Map<number, number>();
  for (let time = 0; time < 100_000; time++) {
    const id = draw();
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const first = times.get(idOf(1)) ?? 0;
  expect(first / (times.get(idOf(2)) ?? 0)).toBeCloseTo(2, 0);
  expect(first / (times.get(idOf(10)) ?? 0)).toBeGreaterThan(8);
  expect(times.size).toBeGreaterThan(ids / 2);
});

test('a database in which all questions are reported is rejected before the search for questions', async () => {
  const answers = ['5\n2', '1\n2'];
  await expect(readIdRanges(async () => answers.shift() ?? '')).rejects.toThrow(
    'The database has no question that was not reported.',
  );
  const visible = ['5\n1', ''];
  expect(await readIdRanges(async () => visible.shift() ?? '')).toEqual({
    products: 5,
    questions: 1,
    hidden: new Set(),
    small: [],
  });
});
