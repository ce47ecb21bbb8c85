/** Answers that a replica may be fetching at once before it counts as a rush. */
const quiet = 4;
/** Keys that are remembered, by a hash of 32 bits each: 256 KiB. */
const remembered = 65_536;

/**
 * Decides which answers Nginx keeps. Each costs it a file, which is more work than answering. So in a rush only those are
 * kept that are asked for once more: a flood of keys that are asked once neither wears the disk nor pushes out what
 * many ask for.
 */
export class Admission {
  readonly #seen = new Uint32Array(remembered);
  readonly #underWay: () => number;

  /** Takes what tells how many answers are being fetched. */
  constructor(underWay: () => number) {
    this.#underWay = underWay;
  }

  /** Whether the answer to what is asked now is worth keeping. */
  admits(key: string): boolean {
    const hash = hashOf(key);
    const slot = hash % remembered;
    const isKnown = this.#seen[slot] === hash;
    this.#seen[slot] = hash;
    return isKnown || this.#underWay() <= quiet;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
