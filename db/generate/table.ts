import { type DirtCounts, type DirtKind, placeDirt } from './dirt.ts';
import type { FileName } from './files.ts';
import { Random } from './random.ts';

/** The tables of a data set, by file. */
export type Tables = Readonly<Record<FileName, Table>>;

/** Returns the line of a row without its line end. Called once per row, in order. */
export type Line = (row: number) => string;

/** One id is skipped per this many rows. */
const GAP_EVERY = 512;

/** The rows of one data file, numbered from 0 in the order of their ids, with their ids and defects. */
export class Table {
  readonly name: FileName;
  readonly rows: number;
  readonly #seed: number;
  readonly #dirt: ReadonlyMap<number, DirtKind>;
  readonly #gaps: Random;
  readonly #originals: Random;
  readonly #missing: Random;

  constructor(name: FileName, rows: number, dirt: DirtCounts, seed: number) {
    this.name = name;
    this.rows = rows;
    this.#seed = seed;
    this.#dirt = placeDirt(dirt, rows, this.random('dirt'));
    this.#gaps = this.random('gaps');
    this.#originals = this.random('originals');
    this.#missing = this.random('missing');
  }

  /** A stream of random numbers for one purpose of this table. */
  random(purpose: string): Random {
    return new Random(this.#seed, `${this.name} ${purpose}`);
  }

  /** The defect of a row, if any. */
  dirtOf(row: number): DirtKind | undefined {
    return this.#dirt.get(row);
  }

  /** The id to write into the row. A duplicate gets the id of an earlier clean row. */
  idOf(row: number): number {
    if (this.#dirt.get(row) !== 'duplicate') return this.#idAt(row);
    // Excludes the previous row, because the lines of neighbours may be swapped.
    return this.idForChildren(this.#originals.at(row).below(row - 1));
  }

  /** The id that children of the row refer to: the row's own, or for a dirty row the id of the clean row before. */
  idForChildren(row: number): number {
    let clean = row;
    while (this.#dirt.has(clean)) clean--;
    return this.#idAt(clean);
  }

  /** An id that no row has. The same `index` gives the same id. */
  missingId(index: number): number {
    const random = this.#missing.at(index);
    if (this.#isDense) return this.rows + 1 + random.below(1000);
    return this.#missingIdIn(random.below(Math.ceil(this.rows / GAP_EVERY)));
  }

  get #isDense(): boolean {
    return this.name === 'product.csv';
  }

  #idAt(row: number): number {
    if (this.#isDense) return row + 1;
    const block = Math.floor(row / GAP_EVERY);
    const id = 1 + row + block;
    return id < this.#missingIdIn(block) ? id : id + 1;
  }

  /** The skipped id of a block. A block of rows spans one id more than it has rows. */
  #missingIdIn(block: number): number {
    return 1 + block * (GAP_EVERY + 1) + this.#gaps.at(block).below(GAP_EVERY);
  }
}
