import type { Random } from '../generate/random.ts';

/** Keeps some of a stream of unknown length, each element as likely as any other. */
export class Reservoir<T> {
  readonly kept: T[] = [];
  /** How many there were to choose from. */
  offered = 0;
  readonly #size: number;
  readonly #random: Random;

  constructor(size: number, random: Random) {
    this.#size = size;
    this.#random = random;
  }

  /** Offers the stream's next element; makes it, and returns it, only if it is kept, perhaps in another's place. */
  offer(make: () => T): T | undefined {
    const place = this.offered < this.#size ? this.offered : this.#random.below(this.offered + 1);
    this.offered++;
    if (place >= this.#size) return undefined;
    const element = make();
    this.kept[place] = element;
    return element;
  }
}
