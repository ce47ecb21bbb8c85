import { dataFiles, type FileName, rowsAt } from './files.ts';
import type { Random } from './random.ts';

/**
 * The kinds of defects. A row has at most one. An import repairs a row that lacks the closing quote of `url` or
 * `thumbnail_url`, and rejects the others: an orphan refers to a parent that does not exist, a duplicate has the id of
 * an earlier row, and a zero is related to product 0.
 */
const dirtKinds = ['url quote', 'thumbnail quote', 'orphan', 'duplicate', 'zero'] as const;
export type DirtKind = (typeof dirtKinds)[number];
export type DirtCounts = Readonly<Record<DirtKind, number>>;

/** Counts of the real set. */
const REAL_MISSING_QUOTES = 193;
const REAL_ZEROS = 58;
/** Our own choice: one orphan and one duplicate per this many rows, far too few to slow an import. */
const ROWS_PER_DEFECT = 10_000;
/** A smaller file gets no defects, because too few rows would be left to refer to. */
const MIN_ROWS = 100;

const withOrphans: readonly FileName[] = [
  'styles.csv',
  'photos.csv',
  'skus.csv',
  'answers.csv',
  'answers_photos.csv',
];

/**
 * The number of dirty rows per file and kind, at a scale of (0, 1]. A file of 100 rows or more has at least one row of
 * each of its kinds. From scale 0.0001 on, all files are this large.
 */
export function dirtPlan(scale: number): Readonly<Record<FileName, DirtCounts>> {
  return Object.fromEntries(dataFiles.map(file => [file.name, countsOf(file, scale)])) as Record<
    FileName,
    DirtCounts
  >;
}

function countsOf(file: (typeof dataFiles)[number], scale: number): DirtCounts {
  const count = (has: boolean, atFullScale: number, atLeast = 1) =>
    has && rowsAt(file, scale) >= MIN_ROWS ? Math.max(atLeast, Math.round(atFullScale * scale)) : 0;
  const missingQuotes = count(file.name === 'photos.csv', REAL_MISSING_QUOTES, 2);
  return {
    'url quote': Math.ceil(missingQuotes / 2),
    'thumbnail quote': Math.floor(missingQuotes / 2),
    orphan: count(withOrphans.includes(file.name), file.rows / ROWS_PER_DEFECT),
    duplicate: count(file.name !== 'product.csv', file.rows / ROWS_PER_DEFECT),
    zero: count(file.name === 'related.csv', REAL_ZEROS),
  };
}

/**
 * Spreads the planned defects over the rows of one file, in random order: one at a random row of each of equally long
 * stretches. The first two rows stay clean, so that a clean row comes before every dirty one. The last two rows stay
 * clean, so that a missing quote never swallows the end of the file.
 */
export function placeDirt(counts: DirtCounts, rows: number, random: Random): Map<number, DirtKind> {
  const kinds = dirtKinds.flatMap(kind => Array<DirtKind>(counts[kind]).fill(kind));
  const stretch = (rows - 4) / kinds.length;
  const placed = new Map<number, DirtKind>();
  for (let left = kinds.length; left > 0; left--) {
    const start = 2 + Math.floor((left - 1) * stretch);
    const end = 2 + Math.floor(left * stretch);
    random.at(left);
    const row = start + random.below(end - start);
    const [kind] = kinds.splice(random.below(left), 1) as [DirtKind];
    placed.set(row, kind);
  }
  return placed;
}
