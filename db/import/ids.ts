import { ImportFailure } from './failure.ts';

// Ids run from 1 with gaps, so both classes keep pages of neighbouring ids, and allocate a page for its first id. The
// largest map of the real set (6.9 million answers) takes 14 MB; a Map would take 300 MB.

/** A set of ids: one bit per id, in pages of 4,096 ids. */
export class IdSet {
  readonly #pages: Uint32Array[] = [];
  #pageCount = 0;

  /** Adds an id. Returns false when the set contains it already. Throws ImportFailure above the memory limit. */
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
    if (this.#pageCount > maxSetPages) throw tooSparse();
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
 * A map from ids to parent ids. A page takes two bytes per id if its parent ids are close together, as when children
 * were numbered parent by parent; otherwise four.
 */
export class IdMap {
  readonly #pages: (Uint16Array | Int32Array)[] = [];
  /** The base of each page's offsets. An offset of 0 means no parent. */
  readonly #bases: number[] = [];
  #bytes = 0;

  /** Throws ImportFailure above the memory limit. */
  set(id: number, parent: number): void {
    const number = id >>> pageBits;
    let page = this.#pages[number] ?? this.#newPage(number, parent);
    const offset = parent - (this.#bases[number] ?? 0);
    if (page instanceof Uint16Array && (offset < 1 || offset > largestOffset))
      page = this.#widen(number, page);
    page[id & (pageIds - 1)] = parent - (this.#bases[number] ?? 0);
  }

  /** The parent's id; 0, which is not an id, when the map does not contain the id. */
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
    if (this.#bytes > maxMapBytes) throw tooSparse();
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
// With Node, two maps and two sets at their limits fit into the container's 128 MiB.
/** Enough for 67 million ids without gaps. Sparse ids take a page each. */
const maxSetPages = 16_384;
/** Above the 26 MiB that the largest map of the real set takes when its children are in random order. */
const maxMapBytes = 28 * 1024 * 1024;

function tooSparse(): ImportFailure {
  return new ImportFailure('The ids are too sparse to keep in memory');
}
