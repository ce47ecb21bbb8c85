const UINT32 = 2 ** 32;

/** A bijection of 32 bits, with the constants of lowbias32 (https://nullprogram.com/blog/2018/07/31/). */
function mix(bits: number): number {
  let x = bits ^ (bits >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

/**
 * Pseudorandom numbers by (seed, stream, index). `at(index)` jumps to an index, and the following draws are independent
 * of all earlier ones. Only 32-bit integer arithmetic, so that every machine draws the same numbers.
 */
export class Random {
  readonly #key: number;
  #state = 0;

  constructor(seed: number, stream: string) {
    let key = mix(mix(Math.floor(seed / UINT32)) ^ (seed | 0));
    for (let i = 0; i < stream.length; i++) key = mix(key ^ stream.charCodeAt(i));
    this.#key = key;
  }

  /** Jumps to an index below 2^32. Different indexes start from different states. */
  at(index: number): this {
    this.#state = mix(index ^ this.#key);
    return this;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    // The step of splitmix: the golden ratio in 32 bits, which visits every state.
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return Math.floor(((mix(this.#state) >>> 0) * limit) / UINT32);
  }

  /** True once in `times`, on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** A random element of a non-empty list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
