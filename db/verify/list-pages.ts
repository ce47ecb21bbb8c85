import type { Random } from '../generate/random.ts';

/** The API's limit for `count`, and its default. */
const maxCount = 500;
const defaultCount = 5;
const randomPages = 8;

/** A page of the list of products, and the ids that it must show. */
export interface PageOfIds {
  readonly path: string;
  readonly ids: readonly number[];
}

/**
 * The first page, the last, the one after it, some random pages, and those with an unusual `count`; each once.
 *
 * @param ids the ids of all products, in ascending order
 */
export function pagesOf(ids: Uint32Array, random: Random): PageOfIds[] {
  const lastOf = (count: number) => Math.max(1, Math.ceil(ids.length / count));
  const page = (path: string, number: number, count: number): PageOfIds => ({
    path,
    ids: [...ids.subarray((number - 1) * count, number * count)],
  });
  const numbered = (number: number, count: number) =>
    page(`/products?page=${number}&count=${count}`, number, Math.min(count, maxCount));
  const anyPage = () => {
    const count = 1 + random.below(maxCount);
    return numbered(1 + random.below(lastOf(count)), count);
  };
  const pages = [
    page('/products', 1, defaultCount),
    page('/products?page=2', 2, defaultCount),
    ...[0, maxCount, maxCount + 1, 10_000_000_000].map(count => numbered(1, count)),
    numbered(2, maxCount + 1),
    numbered(lastOf(defaultCount), defaultCount),
    numbered(lastOf(defaultCount) + 1, defaultCount),
    numbered(lastOf(maxCount), maxCount),
    ...Array.from({ length: randomPages }, anyPage),
  ];
  return [...new Map(pages.map(each => [each.path, each])).values()];
}
