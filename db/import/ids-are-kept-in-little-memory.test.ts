import { IdMap, IdSet } from './ids.ts';

const edges = [1, 31, 32, 33, 1023, 1024, 1025, 2_147_483_646, 2_147_483_647];

test('a set tells which ids it was given, at the edges of its pages too', () => {
  const set = new IdSet();
  for (const id of edges) expect(set.has(id)).toBe(false);
  for (const id of edges) expect(set.add(id)).toBe(true);
  for (const id of edges) expect(set.add(id)).toBe(false);
  for (const id of edges) expect(set.has(id)).toBe(true);
  expect([2, 30, 34, 1022, 1026, 2_147_483_645].filter(id => set.has(id))).toEqual([]);
});

test('a map tells the parent of each id, and 0 for one that it was not given', () => {
  const map = new IdMap();
  for (const id of edges) map.set(id, 2_147_483_647 - id + 1);
  for (const id of edges) expect(map.get(id)).toBe(2_147_483_647 - id + 1);
  expect([2, 1022, 2_147_483_645, 5_000_000].map(id => map.get(id))).toEqual([0, 0, 0, 0]);
});

test('a map of 6.9 million answers takes 28 MB, and ids all over the place end in a sentence', () => {
  const before = process.memoryUsage().arrayBuffers;
  const map = new IdMap();
  for (let id = 1; id <= 6_900_000; id++) map.set(id, id);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(29e6);
  const scattered = new IdMap();
  expect(() => {
    for (let id = 1; id < 2_147_483_647; id += 50_000) scattered.set(id, 1);
  }).toThrow('The ids are spread too thinly to keep in memory; what was served before is untouched.');
});
