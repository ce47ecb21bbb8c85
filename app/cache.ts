import NodeCache from 'node-cache';

/**
 * How long a replica may give an answer again, in milliseconds. With the 50 s that Nginx keeps one (`nginxKeeps_s` in
 * answer.ts) it stays under the 60 s within which an import shows. Nginx has the larger share: it answers most.
 */
const keep_ms = 5_000;
/** All entries together, in characters: at two bytes each, a fifth of a replica's heap (`compose.yaml`). */
const maxCharacters = 4 * 1024 * 1024;
/** What an entry takes beside its text, in characters: its key and what finds it. A small heap has no room for a million. */
const entryCharacters = 256;
/** A text longer than this is not kept, in characters: one must not push out all others. */
const maxLength = 256 * 1024;

type Load = () => Promise<string | undefined>;
export type Lookup = 'hit' | 'joined' | 'miss';

/**
 * A bounded cache of answers, kept as text. When it is full the least recently used entry makes room. While one
 * answer is being loaded, everybody who asks for the same key waits for that one.
 */
export class Cache {
  /** Its own clock is the wall clock, which may be set back, so entries end by another. */
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

  /** The text under the key, loaded if need be. An error, or undefined for what does not exist, is not kept. */
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
