import { type DirtCounts, type DirtKind, placeDirt } from './dirt.ts';
import type { FileName } from './files.ts';
import { Random } from './random.ts';

/** The tables of a data set, by file. */
export type Tables = Readonly<Record<FileName, Table>>;

/** Writes the line of a row, without its line end; rows are asked for in order. */
export type Line = (row: number) => string;

/** One id is left out in so many. */
const GAP_EVERY = 512;

/** The rows of one data file, numbered from 0 in id order: their ids, and which of them are dirty. */
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

  /** Random numbers of this table's own, by purpose. */
  random(purpose: string): Random {
    return new Random(this.#seed, `${this.name} ${purpose}`);
  }

  /** What is wrong with a row, if anything is. */
  dirtOf(row: number): DirtKind | undefined {
    return this.#dirt.get(row);
  }

  /** The id that stands in the row; a duplicate has one of a clean row that its line comes after. */
  idOf(row: number): number {
    if (this.#dirt.get(row) !== 'duplicate') return this.#idAt(row);
    // Not the row just before: lines of neighbours are swapped now and then.
    return this.idForChildren(this.#originals.at(row).below(row - 1));
  }

  /** The id that a child of the row refers to: its own, or of a dirty row that of the clean one before. */
  idForChildren(row: number): number {
    let clean = row;
    while (this.#dirt.has(clean)) clean--;
    return this.#idAt(clean);
  }

  /** An id that no row has, the same for the same `index`. */
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

  /** A block of rows has one id more than rows; this one is left out. */
  #missingIdIn(block: number): number {
    return 1 + block * (GAP_EVERY + 1) + this.#gaps.at(block).below(GAP_EVERY);
  }
}
