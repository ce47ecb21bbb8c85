import { ImportFailure } from './failure.ts';

// Ids run from 1 with gaps, so both keep pages of neighbouring ids and make a page when its first id comes: the
// real set's largest map (6.9 million answers) is 14 MB, where a Map would be 300.

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

/**
 * From an id to its parent's, which are dense: two bytes an id on a page whose parents lie near each other, as they do
 * where children were numbered parent by parent, else four.
 */
export class IdMap {
  readonly #pages: (Uint16Array | Int32Array)[] = [];
  /** What each page's parents are counted from, so that 0 stays for none. */
  readonly #bases: number[] = [];
  #pageCount = 0;

  /** Throws ImportFailure when the ids are spread over more pages than memory has room for. */
  set(id: number, parent: number): void {
    const number = id >>> pageBits;
    let page = this.#pages[number] ?? this.#newPage(number, parent);
    const offset = parent - (this.#bases[number] ?? 0);
    if (page instanceof Uint16Array && (offset < 1 || offset > largestOffset))
      page = this.#widen(number, page);
    page[id & (pageIds - 1)] = parent - (this.#bases[number] ?? 0);
  }

  /** The parent's id; 0, which is no id, when the id is not in the map. */
  get(id: number): number {
    const number = id >>> pageBits;
    const offset = this.#pages[number]?.[id & (pageIds - 1)] ?? 0;
    return offset === 0 ? 0 : offset + (this.#bases[number] ?? 0);
  }

  #newPage(number: number, parent: number): Uint16Array {
    this.#pageCount += 1;
    if (this.#pageCount > mapPages)
      throw new ImportFailure('The ids are spread too thinly to keep in memory');
    const page = new Uint16Array(pageIds);
    this.#pages[number] = page;
    this.#bases[number] = Math.max(0, parent - (largestOffset >>> 1));
    return page;
  }

  #widen(number: number, page: Uint16Array): Int32Array {
    const base = this.#bases[number] ?? 0;
    const wide = Int32Array.from(page, offset => (offset === 0 ? 0 : offset + base));
    this.#pages[number] = wide;
    this.#bases[number] = 0;
    return wide;
  }
}

const largestOffset = 65_535;

const pageBits = 12;
const pageIds = 1 << pageBits;
/** 128 MiB of 16 KiB pages, the larger ones: over four times what the real set's largest map has. */
const mapPages = 8_192;
