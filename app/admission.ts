/** New answers that may be kept at once, and each second after that: a file is made for each. */
const burst = 300;
const perSecond = 20;
/** Keys that are remembered, by a hash of 32 bits each: 256 KiB. */
const remembered = 65_536;

/**
 * Decides which answers Nginx keeps. Each costs it a file, which is more work than answering. So when answers nobody
 * asked for lately come faster than they are worth it, only those are kept that are asked for once more: a flood of keys
 * that are asked once neither wears the disk nor pushes out what many ask for.
 */
export class Admission {
  readonly #seen = new Uint32Array(remembered);
  #left = burst;
  #countedAt_ms = performance.now();

  admits(key: string): boolean {
    const hash = hashOf(key);
    const slot = hash % remembered;
    const isKnown = this.#seen[slot] === hash;
    this.#seen[slot] = hash;
    return isKnown || this.#spend();
  }

  #spend(): boolean {
    const now_ms = performance.now();
    this.#left = Math.min(burst, this.#left + ((now_ms - this.#countedAt_ms) / 1000) * perSecond);
    this.#countedAt_ms = now_ms;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
