import NodeCache from 'node-cache';

/**
 * How long a replica may give an answer again, in seconds. With the 50 s that Nginx keeps one (`nginxKeeps_s` in
 * answer.ts) it stays under the 60 s within which an import shows. Nginx has the larger share: it answers most.
 */
const keep_s = 5;
/** All texts together, in characters: at two bytes each, a fifth of a replica's heap (`compose.yaml`). */
const maxCharacters = 4 * 1024 * 1024;
/** A text longer than this is not kept, in characters: one must not push out all others. */
const maxLength = 256 * 1024;

type Load = () => Promise<string | undefined>;
export type Lookup = 'hit' | 'joined' | 'miss';

/**
 * A bounded cache of answers, kept as text. When it is full the least recently used entry makes room. While one
 * answer is being loaded, everybody who asks for the same key waits for that one.
 */
export class Cache {
  readonly #kept = new NodeCache({ stdTTL: keep_s, useClones: false, checkperiod: keep_s });
  /** The lengths of the texts by key, from least to most recently used. */
  readonly #lengths = new Map<string, number>();
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
    const kept = this.#kept.get<string>(key);
    if (kept !== undefined) {
      this.#onLookup('hit');
      this.#use(key, kept.length);
      return Promise.resolve(kept);
    }
    const loading = this.#loading.get(key);
    this.#onLookup(loading ? 'joined' : 'miss');
    return loading ?? this.#load(key, load);
  }

  /** Stops the timer that sweeps out what is too old. */
  close(): void {
    this.#kept.close();
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
    for (const oldest of this.#lengths.keys()) {
      if (this.#lengths.size < this.#maxEntries && this.#characters + text.length <= maxCharacters) break;
      this.#kept.del(oldest);
    }
    this.#kept.set(key, text);
    this.#use(key, text.length);
  }

  #use(key: string, length: number): void {
    this.#forget(key);
    this.#lengths.set(key, length);
    this.#characters += length;
  }

  #forget(key: string): void {
    this.#characters -= this.#lengths.get(key) ?? 0;
    this.#lengths.delete(key);
  }
}
