import { dirtPlan } from './dirt.ts';
import { FanOut, spreads } from './fan-out.ts';
import { Table } from './table.ts';

const clean = dirtPlan(1)['product.csv'];

it('a child row after the last has no parent', () => {
  const tables = [new Table('product.csv', 40, clean, 1), new Table('styles.csv', 80, clean, 1)] as const;
  expect(() => new FanOut(...tables, { spread: spreads.even }).seek(80)).toThrow(RangeError);
});

function share(parents: number, children: number, options: ConstructorParameters<typeof FanOut>[2]) {
  const fanOut = new FanOut(
    new Table('product.csv', parents, clean, 1),
    new Table('styles.csv', children, clean, 1),
    options,
  );
  return Array.from({ length: children }, (_, child) => {
    const { parent, ordinal, size } = fanOut.seek(child);
    return { parent, ordinal, size };
  });
}

it.each([
  [1, 1],
  [1, 1000],
  [1000, 1],
  [31, 33],
  [33, 31],
  [1000, 1958],
  [100_000, 33_000],
])('with %i parents and %i children each child has one parent, in order', (parents, children) => {
  for (const [spread, favoursOldest] of [
    [spreads.even, true],
    [spreads.long, false],
  ] as const) {
    const shared = share(parents, children, { spread, favoursOldest });
    const misplaced = shared.filter(({ parent, ordinal, size }, child) => {
      const before = shared[child - 1];
      if (parent >= parents || ordinal >= size) return true;
      if (parent === before?.parent) return ordinal !== before.ordinal + 1 || size !== before.size;
      return (
        ordinal !== 0 ||
        (before !== undefined && (parent < before.parent || before.ordinal !== before.size - 1))
      );
    });
    expect(misplaced).toEqual([]);
    expect(shared.at(-1)).toMatchObject({ ordinal: (shared.at(-1)?.size ?? 0) - 1 });
  }
});
