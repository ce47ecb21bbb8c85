import { Cache } from './cache.ts';

/** A cache over a source that counts how often each key is asked for. */
function counting(maxEntries: number) {
  const asked: string[] = [];
  const lookups: string[] = [];
  const cache = new Cache(maxEntries, lookup => lookups.push(lookup));
  const get = (key: string, text: string | undefined = `text of ${key}`) =>
    cache.get(key, async () => {
      asked.push(key);
      return text;
    });
  return { asked, lookups, cache, get };
}

it('loads a key once while it is cached', async () => {
  const { asked, lookups, get } = counting(10);
  expect([await get('a'), await get('a')]).toEqual(['text of a', 'text of a']);
  expect(asked).toEqual(['a']);
  expect(lookups).toEqual(['miss', 'hit']);
});

it('loads a key once for concurrent readers', async () => {
  const { asked, lookups, get } = counting(10);
  const texts = await Promise.all(Array.from({ length: 100 }, () => get('a')));
  expect(new Set(texts)).toEqual(new Set(['text of a']));
  expect(asked).toEqual(['a']);
  expect(lookups.filter(lookup => lookup === 'joined')).toHaveLength(99);
});

it('evicts the least recently used entry', async () => {
  const { asked, get } = counting(2);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key);
  expect(asked).toEqual(['a', 'b', 'c', 'b']);
});

it('caches no error, no missing value and no huge text', async () => {
  const { cache, asked, get } = counting(10);
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await get('a')).toBe('text of a');
  await cache.get('none', async () => undefined);
  await get('none');
  const huge = 'x'.repeat(256 * 1024 + 1);
  expect(await get('huge', huge)).toBe(huge);
  await get('huge', huge);
  expect(asked).toEqual(['a', 'none', 'huge', 'huge']);
});

it('caches at most 4 Mi characters in all', async () => {
  const { asked, get } = counting(1000);
  const text = 'x'.repeat(64 * 1024 - 256); // an entry takes 256 beside it
  for (let key = 0; key < 65; key += 1) await get(String(key), text);
  await get('64', text);
  await get('1', text);
  expect(asked).toHaveLength(65);
  await get('0', text);
  expect(asked).toHaveLength(66);
});

it('caches no more short texts than a small heap has room for, whatever its limit of entries', async () => {
  const { asked, get } = counting(1_000_000);
  for (let key = 0; key < 16_384; key += 1) await get(String(key), '[]');
  await get('16383', '[]');
  expect(asked).toHaveLength(16_384);
  await get('0', '[]');
  expect(asked).toHaveLength(16_385);
});

it('ends an entry after 5 seconds, also when the wall clock is set back', async () => {
  const clock = jest.spyOn(performance, 'now');
  const wall = jest.spyOn(Date, 'now');
  const { asked, get } = counting(10);
  await get('a');
  const [then, today] = [performance.now(), Date.now()];
  wall.mockReturnValue(today - 3_600_000);
  clock.mockReturnValue(then + 4_000);
  await get('a');
  clock.mockReturnValue(then + 6_000);
  await get('a');
  clock.mockRestore();
  wall.mockRestore();
  expect(asked).toEqual(['a', 'a']);
});
