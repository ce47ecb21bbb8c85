import { ImportFailure } from './failure.ts';

// Ids run from 1 with gaps, so both keep pages of neighbouring ids and make a page when its first id comes: the
// real set's largest map (6.9 million answers) is 14 MB, where a Map would be 300.

/** A set of ids: one bit an id, on pages of 4,096. */
export class IdSet {
  readonly #pages: Uint32Array[] = [];
  #pageCount = 0;

  /** Adds the id. False when it was there already. Throws ImportFailure when memory has no room for its page. */
  add(id: number): boolean {
    const number = id >>> pageBits;
    const page = this.#pages[number] ?? this.#newPage(number);
    const word = (id & (pageIds - 1)) >>> 5;
    const bit = 1 << (id & 31);
    const before = page[word] ?? 0;
    page[word] = before | bit;
    return (before & bit) === 0;
  }

  #newPage(number: number): Uint32Array {
    this.#pageCount += 1;
    if (this.#pageCount > maxSetPages) throw tooThin();
    const page = new Uint32Array(pageIds / 32);
    this.#pages[number] = page;
    return page;
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
  #bytes = 0;

  /** Throws ImportFailure when memory has no room for the id's page. */
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
    const page = new Uint16Array(pageIds);
    this.#take(page.byteLength);
    this.#pages[number] = page;
    this.#bases[number] = Math.max(0, parent - (largestOffset >>> 1));
    return page;
  }

  #take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxMapBytes) throw tooThin();
  }

  #widen(number: number, page: Uint16Array): Int32Array {
    const base = this.#bases[number] ?? 0;
    this.#take(page.byteLength);
    const wide = Int32Array.from(page, offset => (offset === 0 ? 0 : offset + base));
    this.#pages[number] = wide;
    this.#bases[number] = 0;
    return wide;
  }
}

const largestOffset = 65_535;

const pageBits = 12;
const pageIds = 1 << pageBits;
// What an import remembers fits into its container's 128 MiB beside Node: two maps and two sets at their limits.
/** 67 million ids without gaps; thinly spread ones fill a page each. */
const maxSetPages = 16_384;
/** Over the 26 MiB that the largest map of the real set takes if its children are in no order at all. */
const maxMapBytes = 28 * 1024 * 1024;

function tooThin(): ImportFailure {
  return new ImportFailure('The ids are spread too thinly to keep in memory');
}
