/** Keys that are remembered, by a checksum of 8 bits each: 1 MiB. */
const remembered = 2 ** 20;

/** Remembers which keys were seen lately. About one unseen key in 256 counts as seen. */
export class SeenKeys {
  readonly #checksums = new Uint8Array(remembered);

  /** Whether the key was seen before. It is from now on. */
  note(key: string): boolean {
    const hash = hashOf(key);
    const slot = hash % remembered;
    const checksum = hash >>> 24;
    const wasSeen = this.#checksums[slot] === checksum;
    this.#checksums[slot] = checksum;
    return wasSeen;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
