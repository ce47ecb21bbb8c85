import { IdMap, IdSet } from './ids.ts';

const edges = [1, 31, 32, 33, 4095, 4096, 4097, 2_147_483_646, 2_147_483_647];

test('a set contains exactly the added ids, also at the edges of its pages', () => {
  const set = new IdSet();
  for (const id of edges) expect(set.has(id)).toBe(false);
  for (const id of edges) expect(set.add(id)).toBe(true);
  for (const id of edges) expect(set.add(id)).toBe(false);
  for (const id of edges) expect(set.has(id)).toBe(true);
  expect([2, 30, 34, 4094, 4098, 2_147_483_645].filter(id => set.has(id))).toEqual([]);
});

test('a map returns the parent of each id, and 0 for an unknown id', () => {
  const map = new IdMap();
  for (const id of edges) map.set(id, 2_147_483_647 - id + 1);
  for (const id of edges) expect(map.get(id)).toBe(2_147_483_647 - id + 1);
  expect([2, 4094, 2_147_483_645, 5_000_000].map(id => map.get(id))).toEqual([0, 0, 0, 0]);
});

test('a map keeps both close and distant parents in neighbouring pages', () => {
  const pages = [
    [1, 50_000, 40_000, 65_535, 65_536, 17_233, 2_147_483_647, 2],
    [100_000, 67_234, 67_233, 132_769, 132_770, 100_001],
    [100_000, 67_234, 1, 132_768, 2_147_483_647],
    [1_000_000_000, 1_000_030_000, 999_970_000],
  ];
  const map = new IdMap();
  const parents = new Map<number, number>();
  for (const [page, its] of pages.entries())
    for (const [position, parent] of its.entries()) {
      const id = page * 4096 + position + 1;
      map.set(id, parent);
      parents.set(id, parent);
      for (const [each, its] of parents) expect(map.get(each)).toBe(its);
    }
  expect([100, 4_000, 9_100].map(id => map.get(id))).toEqual([0, 0, 0]);
});

test('a map of 6.9 million answers takes 14 MB, and sparse ids fail with one sentence', () => {
  const before = process.memoryUsage().arrayBuffers;
  const map = new IdMap();
  for (let id = 1; id <= 6_900_000; id++) map.set(id, (id + 1) >>> 1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(15e6);
  const [map50k, set50k] = [new IdMap(), new IdSet()];
  for (const take of [(id: number) => map50k.set(id, 1), (id: number) => set50k.add(id)])
    expect(() => {
      for (let id = 1; id < 2_147_483_647; id += 50_000) take(id);
    }).toThrow('The ids are too sparse to keep in memory; the served data is unchanged.');
});
