import type { Random } from './random.ts';
import type { Table } from './table.ts';

/** Parents of a block share out its children among themselves; only one block is ever held. */
const BLOCK = 32;

/** How parents share children: each draws one of these weights. 0 leaves a parent without any. */
export const spreads = {
  /** Up to about twice the mean. */
  even: [0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4],
  /** A few parents have many more than the mean, many have none. */
  long: [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 12],
} as const;

/** The oldest hundredth, which in the real set has about twice the photos and skus. */
const OLDEST = 0.01;

interface Shape {
  spread: readonly number[];
  /** The oldest parents get twice the children, and all of them about equally many. */
  favoursOldest?: boolean;
}

/**
 * Which parent each child row has: in parent order, every child exactly once, in numbers that vary from
 * parent to parent. Walks forwards only and keeps one block of parents, so the tables can be of any size.
 */
export class FanOut {
  /** The row of the parent of the child last sought. */
  parent = -1;
  /** Which of its parent's children that child is, from 0. */
  ordinal = 0;
  /** How many children that parent has. */
  size = 0;

  readonly #parents: Table;
  readonly #children: Table;
  readonly #random: Random;
  readonly #spread: readonly number[];
  readonly #oldest: number;
  /** The last child row but one of each parent of the block. */
  readonly #ends: number[] = [];
  #end = 0;

  constructor(parents: Table, children: Table, { spread, favoursOldest = false }: Shape) {
    this.#parents = parents;
    this.#children = children;
    this.#random = children.random('fan-out');
    this.#spread = spread;
    this.#oldest = favoursOldest ? Math.ceil((parents.rows * OLDEST) / BLOCK) * BLOCK : 0;
  }

  /** Moves to the parent of a child row, not before the one last sought; past the last throws RangeError. */
  seek(child: number): this {
    while (child >= this.#end) this.#nextParent();
    this.ordinal = child - (this.#end - this.size);
    return this;
  }

  /** The parent's id as it stands in a child row: an orphan names one that does not exist. */
  parentId(child: number): number {
    return this.#children.dirtOf(child) === 'orphan'
      ? this.#parents.missingId(child)
      : this.#parents.idForChildren(this.parent);
  }

  #nextParent(): void {
    this.parent++;
    if (this.parent % BLOCK === 0) this.#shareOut(this.parent);
    const end = this.#ends[this.parent % BLOCK] as number;
    this.size = end - this.#end;
    this.#end = end;
  }

  #shareOut(first: number): void {
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
    // Where all of a short last block drew 0, its children still need a parent.
    this.#ends[last - first - 1] = end;
  }

  /** Where a block's children begin; whole numbers below 2^53 throughout, so the division is safe. */
  #firstChildOf(parent: number): number {
    const weight = (rows: number) => rows + Math.min(rows, this.#oldest);
    return Math.floor((this.#children.rows * weight(parent)) / weight(this.#parents.rows));
  }
}
