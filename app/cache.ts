import NodeCache from 'node-cache';

/** How long an entry is fresh, in milliseconds. Without Nginx nothing else ends an entry. */
const keep_ms = 5_000;
/** All entries together, in characters: at two bytes each, a fifth of a replica's heap (`compose.yaml`). */
const maxCharacters = 4 * 1024 * 1024;
/** What an entry takes beside its text, in characters. A small heap has no room for a million entries. */
const entryCharacters = 256;
/** A longer text is not cached, in characters: it would evict many others. */
const maxLength = 256 * 1024;

type Load = () => Promise<string | undefined>;
export type Lookup = 'hit' | 'joined' | 'miss';

/**
 * A bounded cache of response texts. A full cache evicts the least recently used entry. Reads of a key whose query is in flight
 * join that query.
 */
export class Cache {
  /** It would end entries by the wall clock, which may be set back. */
  readonly #kept = new NodeCache({ stdTTL: 0, useClones: false, checkperiod: 0 });
  /** By key, from least to most recently used: the characters it takes, and when it ends by performance.now(). */
  readonly #entries = new Map<string, { readonly length: number; readonly end_ms: number }>();
  #characters = 0;
  readonly #loading = new Map<string, Promise<string | undefined>>();
  readonly #maxEntries: number;
  readonly #onLookup: (lookup: Lookup) => void;

  constructor(maxEntries: number, onLookup: (lookup: Lookup) => void = () => {}) {
    this.#maxEntries = maxEntries;
    this.#onLookup = onLookup;
    this.#kept.on('del', key => this.#forget(key));
  }

  /** The text under the key, loaded on a miss. Neither an error nor undefined is cached. */
  get(key: string, load: Load): Promise<string | undefined> {
    const kept = this.#find(key);
    if (kept !== undefined) {
      this.#onLookup('hit');
      return Promise.resolve(kept);
    }
    const loading = this.#loading.get(key);
    this.#onLookup(loading ? 'joined' : 'miss');
    return loading ?? this.#load(key, load);
  }

  #find(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (performance.now() > entry.end_ms) return void this.#kept.del(key);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return this.#kept.get<string>(key);
  }

  #load(key: string, load: Load): Promise<string | undefined> {
    const loading = load()
      .then(text => {
        if (text !== undefined && text.length <= maxLength) this.#keep(key, text);
        return text;
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  #keep(key: string, text: string): void {
    const length = text.length + entryCharacters;
    this.#kept.del(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#maxEntries && this.#characters + length <= maxCharacters) break;
      this.#kept.del(oldest);
    }
    this.#kept.set(key, text);
    this.#entries.set(key, { length, end_ms: performance.now() + keep_ms });
    this.#characters += length;
  }

  #forget(key: string): void {
    this.#characters -= this.#entries.get(key)?.length ?? 0;
    this.#entries.delete(key);
  }
}
