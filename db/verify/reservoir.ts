import type { Random } from '../generate/random.ts';

/** Keeps a random sample of a stream of unknown length: each element is equally likely to be kept. */
export class Reservoir<T> {
  readonly kept: T[] = [];
  /** The number of elements so far. */
  offered = 0;
  readonly #size: number;
  readonly #random: Random;

  constructor(size: number, random: Random) {
    this.#size = size;
    this.#random = random;
  }

  /** Offers the next element. Makes and returns the element only if it is kept; it may replace an earlier one. */
  offer(make: () => T): T | undefined {
    const position = this.offered < this.#size ? this.offered : this.#random.below(this.offered + 1);
    this.offered++;
    if (position >= this.#size) return undefined;
    const element = make();
    this.kept[position] = element;
    return element;
  }
}
