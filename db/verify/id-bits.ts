const pageIds = 2 ** 16;

/** The ids of a file, one bit each. Pages without any id take no memory. */
export class IdBits {
  readonly #pages = new Map<number, Uint8Array>();

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / pageIds));
    return ((page?.[(id % pageIds) >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }

  /** Adds an id. Returns false when the set contains it already. */
  add(id: number): boolean {
    const number = Math.floor(id / pageIds);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(pageIds / 8);
      this.#pages.set(number, page);
    }
    const byte = (id % pageIds) >> 3;
    const bit = 1 << (id & 7);
    const before = page[byte] ?? 0;
    page[byte] = before | bit;
    return (before & bit) === 0;
  }
}
