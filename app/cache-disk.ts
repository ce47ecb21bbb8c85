import { statfsSync } from 'node:fs';

/** What has to be free of the disk that Nginx's cache shares with PostgreSQL, in bytes, and as a share of a small disk. */
const reserve = { bytes: 256 * 1024 * 1024, share: 0.1 } as const;
/** A file of the cache takes one. */
const reservedInodes = 1000;

/**
 * The disk of Nginx's cache. Nginx gives no response at all when it cannot write the file of it, so nothing new is kept when
 * the disk is nearly full.
 */
export class CacheDisk {
  readonly #folder: string | undefined;
  #isNearlyFull = false;
  #looked_ms = Number.NEGATIVE_INFINITY;

  /** @param folder the folder of the cache; undefined without Nginx */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** At most one system call a millisecond: each costs a tenth of a small read. A disk takes longer to fill the reserve. */
  get isNearlyFull(): boolean {
    if (this.#folder === undefined || performance.now() - this.#looked_ms < 1) return this.#isNearlyFull;
    this.#looked_ms = performance.now();
    const { bavail, blocks, bsize, files, ffree } = statfsSync(this.#folder);
    const needed = Math.min(reserve.bytes, blocks * bsize * reserve.share);
    // Some file systems count no inodes.
    this.#isNearlyFull = bavail * bsize < needed || (files > 0 && ffree < reservedInodes);
    return this.#isNearlyFull;
  }
}
