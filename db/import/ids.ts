import { ImportFailure } from './failure.ts';

// Ids run from 1 with gaps, so both keep pages of neighbouring ids and make a page when its first id comes: the
// real set's largest map (6.9 million answers) is 28 MB, where a Map would be 300.

/** A set of ids from 1 to 2147483647: one bit an id, at most 256 MiB. */
export class IdSet {
  readonly #pages: Uint32Array[] = [];

  /** Adds the id. False when it was there already. */
  add(id: number): boolean {
    const number = id >>> pageBits;
    const page = this.#pages[number] ?? new Uint32Array(pageIds / 32);
    this.#pages[number] = page;
    const word = (id & (pageIds - 1)) >>> 5;
    const bit = 1 << (id & 31);
    const before = page[word] ?? 0;
    page[word] = before | bit;
    return (before & bit) === 0;
  }

  has(id: number): boolean {
    const word = this.#pages[id >>> pageBits]?.[(id & (pageIds - 1)) >>> 5] ?? 0;
    return (word & (1 << (id & 31))) !== 0;
  }
}

/** From an id to its parent's: four bytes an id where ids are dense. */
export class IdMap {
  readonly #pages: Int32Array[] = [];
  #pageCount = 0;

  /** Throws ImportFailure when the ids are spread over more pages than memory has room for. */
  set(id: number, parent: number): void {
    const number = id >>> pageBits;
    const page = this.#pages[number] ?? this.#newPage();
    this.#pages[number] = page;
    page[id & (pageIds - 1)] = parent;
  }

  /** The parent's id; 0, which is no id, when the id is not in the map. */
  get(id: number): number {
    return this.#pages[id >>> pageBits]?.[id & (pageIds - 1)] ?? 0;
  }

  #newPage(): Int32Array {
    this.#pageCount += 1;
    if (this.#pageCount > mapPages)
      throw new ImportFailure('The ids are spread too thinly to keep in memory');
    return new Int32Array(pageIds);
  }
}

const pageBits = 10;
const pageIds = 1 << pageBits;
/** 128 MiB of 4 KiB pages, over four times what the real set's largest map takes. */
const mapPages = 32_768;
