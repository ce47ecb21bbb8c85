import type { CacheDisk } from './cache-disk.ts';
import { SeenKeys } from './seen-keys.ts';

/** First-seen keys whose responses may be kept nevertheless: so many a second, and so many at once. */
const firstSeen_s = 50;
const firstSeenAtOnce = 100;

/**
 * Decides which responses Nginx keeps. Each costs it a file, which is more work than answering. So under a high miss rate only
 * keys that were seen before are kept: one-off URLs neither wear the disk nor push out what many read.
 */
export class CacheAdmission {
  readonly #disk: CacheDisk;
  readonly #seen = new SeenKeys();
  #allowance = firstSeenAtOnce;
  #counted_ms = performance.now();

  constructor(disk: CacheDisk) {
    this.#disk = disk;
  }

  /** Whether the response under this key is worth keeping, and there is room for it. */
  admits(key: string): boolean {
    const wasSeen = this.#seen.note(key);
    return (wasSeen || this.#admitsFirstSeen()) && !this.#disk.isNearlyFull;
  }

  #admitsFirstSeen(): boolean {
    const now_ms = performance.now();
    const earned = ((now_ms - this.#counted_ms) / 1000) * firstSeen_s;
    this.#allowance = Math.min(this.#allowance + earned, firstSeenAtOnce);
    this.#counted_ms = now_ms;
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}
