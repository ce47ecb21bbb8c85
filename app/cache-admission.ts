import type { CacheDisk } from './cache-disk.ts';

/** Blocks of the disk, 4 KiB, for responses under first-seen keys that may be kept nevertheless: per second, and at once. */
const firstSeen_s = 50;
const firstSeenAtOnce = 100;
/** Characters that usually compress into a block. */
const block = 16 * 1024;
/** Keys that are remembered, by 8 bits of their hash each: 1 MiB. About one unseen key in 256 counts as seen. */
const remembered = 2 ** 20;

/**
 * Decides which responses Nginx keeps. Each costs it a file, which is more work than answering. So under a high miss rate only
 * keys that were seen before are kept: one-off URLs neither wear the disk nor push out what many read.
 */
export class CacheAdmission {
  readonly #disk: CacheDisk;
  readonly #seen = new Uint8Array(remembered);
  #allowance = firstSeenAtOnce;
  #counted_ms = performance.now();

  constructor(disk: CacheDisk) {
    this.#disk = disk;
  }

  /** Whether the response of this text, under this key, is worth keeping, and there is room for it. */
  admits(key: string, text: string): boolean {
    const hash = hashOf(key);
    const slot = hash % remembered;
    const checksum = hash >>> 24;
    const isKnown = this.#seen[slot] === checksum;
    this.#seen[slot] = checksum;
    return (isKnown || this.#admitsFirstSeen(Math.ceil(text.length / block))) && !this.#disk.isNearlyFull;
  }

  #admitsFirstSeen(blocks: number): boolean {
    const now_ms = performance.now();
    const earned = ((now_ms - this.#counted_ms) / 1000) * firstSeen_s;
    this.#allowance = Math.min(this.#allowance + earned, firstSeenAtOnce);
    this.#counted_ms = now_ms;
    if (this.#allowance < blocks) return false;
    this.#allowance -= blocks;
    return true;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
