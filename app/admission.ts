/** Answers that nobody asked for before and that may be kept nevertheless: so many a second, and so many at once. */
const newcomers_s = 30;
const newcomersAtOnce = 100;
/** Keys that are remembered, by a hash of 32 bits each: 256 KiB. */
const remembered = 65_536;

/**
 * Decides which answers Nginx keeps. Each costs it a file, which is more work than answering. So when many different
 * things are asked for, only those are kept that are asked for once more: a flood of keys that are asked once neither
 * wears the disk nor pushes out what many ask for.
 */
export class Admission {
  readonly #seen = new Uint32Array(remembered);
  #allowance = newcomersAtOnce;
  #counted_ms = performance.now();

  /** Whether the answer to what is asked now is worth keeping. */
  admits(key: string): boolean {
    const hash = hashOf(key);
    const slot = hash % remembered;
    const isKnown = this.#seen[slot] === hash;
    this.#seen[slot] = hash;
    return isKnown || this.#admitsNewcomer();
  }

  #admitsNewcomer(): boolean {
    const now_ms = performance.now();
    const earned = ((now_ms - this.#counted_ms) / 1000) * newcomers_s;
    this.#allowance = Math.min(this.#allowance + earned, newcomersAtOnce);
    this.#counted_ms = now_ms;
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
