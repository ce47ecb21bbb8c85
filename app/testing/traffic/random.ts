import { Random } from '../../../db/generate/random.ts';

/** Random numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  const random = new Random(seed, 'traffic').at(0);
  return () => random.below(2 ** 32) / 2 ** 32;
}
