import { dataFiles, type FileName, rowsAt } from './files.ts';
import type { Random } from './random.ts';

/**
 * What can be wrong with a row, one kind a row at most. A row without the quote that closes its `url` or
 * its `thumbnail_url` is to be repaired; the others are to be rejected: an orphan names a parent that is
 * not there, a duplicate has the id of an earlier row, a zero is related to product 0.
 */
const dirtKinds = ['url quote', 'thumbnail quote', 'orphan', 'duplicate', 'zero'] as const;
export type DirtKind = (typeof dirtKinds)[number];
export type DirtCounts = Readonly<Record<DirtKind, number>>;

/** Seen in the real set. */
const REAL_MISSING_QUOTES = 193;
const REAL_ZEROS = 58;
/** Ours: one orphan and one duplicate in so many rows, far below what slows an import. */
const ROWS_PER_DEFECT = 10_000;
/** A file of fewer rows stays clean: its defects would leave too few rows to refer to. */
const FEWEST_ROWS = 100;

const withOrphans: readonly FileName[] = [
  'styles.csv',
  'photos.csv',
  'skus.csv',
  'answers.csv',
  'answers_photos.csv',
];

/**
 * How many rows of each file are dirty, by kind, at a scale of (0, 1]. Of a kind that a file has there is
 * at least one, in any file of 100 rows or more (all are, from scale 0.0001 on).
 */
export function dirtPlan(scale: number): Readonly<Record<FileName, DirtCounts>> {
  return Object.fromEntries(dataFiles.map(file => [file.name, countsOf(file, scale)])) as Record<
    FileName,
    DirtCounts
  >;
}

function countsOf(file: (typeof dataFiles)[number], scale: number): DirtCounts {
  const count = (has: boolean, atFullScale: number, atLeast = 1) =>
    has && rowsAt(file, scale) >= FEWEST_ROWS ? Math.max(atLeast, Math.round(atFullScale * scale)) : 0;
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
 * Spreads the planned defects over the rows of one file: each falls somewhere in its own stretch, the
 * kinds in random order. The first two rows stay clean, so that every dirty row has a clean one before it,
 * and the last two, so that a missing quote never swallows the end of the file.
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
