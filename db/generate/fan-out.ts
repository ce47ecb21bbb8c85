import type { Random } from './random.ts';
import type { Table } from './table.ts';

/** Children are distributed within blocks of this many parents. Memory holds one block at a time. */
const BLOCK = 32;

/** Distributions of children: each parent draws one of these weights. A parent with weight 0 has no children. */
export const spreads = {
  /** Up to about twice the mean. */
  even: [0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4],
  /** A few parents have far more than the mean, and many have none. */
  long: [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 12],
} as const;

/** In the real set the oldest 1 % of styles have about twice as many photos and skus. */
const OLDEST = 0.01;

interface Shape {
  spread: readonly number[];
  /** The oldest parents get twice as many children, in equal shares. */
  favoursOldest?: boolean;
}

/**
 * Assigns a parent row to each child row, in the order of the parents. The number of children varies by parent. Moves
 * forward only and holds one block of parents, so tables can have any size.
 */
export class FanOut {
  /** The parent row of the child found last. */
  parent = -1;
  /** The child's position among its parent's children, from 0. */
  ordinal = 0;
  /** The number of the parent's children. */
  size = 0;

  readonly #parents: Table;
  readonly #children: Table;
  readonly #random: Random;
  readonly #spread: readonly number[];
  readonly #oldest: number;
  /** The end (exclusive) of each parent's child rows in the block. */
  readonly #ends: number[] = [];
  #end = 0;

  constructor(parents: Table, children: Table, { spread, favoursOldest = false }: Shape) {
    this.#parents = parents;
    this.#children = children;
    this.#random = children.random('fan-out');
    this.#spread = spread;
    this.#oldest = favoursOldest ? Math.ceil((parents.rows * OLDEST) / BLOCK) * BLOCK : 0;
  }

  /** Moves to the parent of a child row. Rows must not decrease. Throws RangeError after the last row. */
  seek(child: number): this {
    while (child >= this.#end) this.#nextParent();
    this.ordinal = child - (this.#end - this.size);
    return this;
  }

  /** The parent id to write into a child row. An orphan gets the id of no parent. */
  parentId(child: number): number {
    return this.#children.dirtOf(child) === 'orphan'
      ? this.#parents.missingId(child)
      : this.#parents.idForChildren(this.parent);
  }

  #nextParent(): void {
    this.parent++;
    if (this.parent % BLOCK === 0) this.#distribute(this.parent);
    const end = this.#ends[this.parent % BLOCK] as number;
    this.size = end - this.#end;
    this.#end = end;
  }

  #distribute(first: number): void {
    if (first >= this.#parents.rows) throw new RangeError(`${this.#children.name} has no such row.`);
    const last = Math.min(first + BLOCK, this.#parents.rows);
    const start = this.#firstChildOf(first);
    const end = this.#firstChildOf(last);
    const even = first < this.#oldest;
    let total = 0;
    for (let parent = first; parent < last; parent++) {
      total += even ? 1 : this.#random.at(parent).of(this.#spread);
      this.#ends[parent - first] = total;
    }
    for (let i = 0; i < last - first; i++) {
      const sum = this.#ends[i] as number;
      this.#ends[i] = start + Math.floor(((end - start) * sum) / Math.max(1, total));
    }
    // If all parents of the last block drew 0, its children still need a parent.
    this.#ends[last - first - 1] = end;
  }

  /** The first child row of a block. All numbers stay below 2^53, so the arithmetic is safe. */
  #firstChildOf(parent: number): number {
    const weight = (rows: number) => rows + Math.min(rows, this.#oldest);
    return Math.floor((this.#children.rows * weight(parent)) / weight(this.#parents.rows));
  }
}
