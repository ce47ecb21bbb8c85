import { Random } from '../generate/random.ts';
import type { Progress } from '../progress.ts';
import { type ListPage, productFile } from './chosen.ts';
import type { Files } from './files.ts';
import { IdBits } from './id-bits.ts';
import { readRows } from './read-rows.ts';
import type { RowOf } from './values.ts';

/** The API's limit for `count`, and its default. */
const maxCount = 500;
const defaultCount = 5;
const randomPages = 8;

/**
 * Chooses pages of the list of products and reads their rows. Takes two passes over the products' file, because a
 * product's position in the list depends on all ids.
 */
export async function readListPages(files: Files, seed: number, progress: Progress): Promise<ListPage[]> {
  const path = files.pathOf(productFile);
  progress.begin('the list', 2 * files.bytesOf(productFile));
  let bytes = 0;
  const advance = (more: number) => {
    bytes += more;
    progress.advance(bytes, productFile.name);
  };
  const ids = new IdBits();
  let products = 0;
  const note = ({ id }: RowOf<typeof productFile>) => {
    ids.add(id);
    products++;
  };
  await readRows(path, productFile, { isWanted: () => true, add: note }, advance);

  const pages = pagesOf(products, new Random(seed, 'verify-list'));
  const idsOfPages = idsAt(
    ids,
    pages.flatMap(({ first, length }) => range(first, first + length)),
  );
  const rows = new Map<number, RowOf<typeof productFile>>();
  const wanted = new Set(idsOfPages.values());
  const keep = (row: RowOf<typeof productFile>) => {
    rows.set(row.id, row);
  };
  await readRows(path, productFile, { isWanted: id => wanted.has(id), add: keep }, advance);
  progress.end();
  return pages.map(({ path, first, length }) => ({
    path,
    rows: range(first, first + length).flatMap(position => rows.get(idsOfPages.get(position) ?? 0) ?? []),
  }));
}

interface Page {
  readonly path: string;
  /** The number of products before the page, and the most that it may show. */
  readonly first: number;
  readonly length: number;
}

/** The first page, the last, the one after it, some random pages, and those with an unusual `count`; each once. */
function pagesOf(products: number, random: Random): Page[] {
  const lastOf = (count: number) => Math.max(1, Math.ceil(products / count));
  const page = (number: number, count: number): Page => ({
    path: `/products?page=${number}&count=${count}`,
    first: (number - 1) * Math.min(count, maxCount),
    length: Math.min(count, maxCount),
  });
  const anyPage = () => {
    const count = 1 + random.below(maxCount);
    return page(1 + random.below(lastOf(count)), count);
  };
  const pages = [
    { path: '/products', first: 0, length: defaultCount },
    { path: '/products?page=2', first: defaultCount, length: defaultCount },
    ...[0, maxCount, maxCount + 1, 10_000_000_000].map(count => page(1, count)),
    page(2, maxCount + 1),
    page(lastOf(defaultCount), defaultCount),
    page(lastOf(defaultCount) + 1, defaultCount),
    page(lastOf(maxCount), maxCount),
    ...Array.from({ length: randomPages }, anyPage),
  ];
  return [...new Map(pages.map(each => [each.path, each])).values()];
}

/** The ids at the given positions, counted from 0 in ascending order. */
function idsAt(ids: IdBits, positions: readonly number[]): Map<number, number> {
  const wanted = new Set(positions);
  const found = new Map<number, number>();
  let position = 0;
  for (const id of ids.inOrder()) {
    if (wanted.has(position)) found.set(position, id);
    position++;
  }
  return found;
}

function range(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}
