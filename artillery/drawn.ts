import { zipfOf } from '../bench/requests.ts';

/** Popular: the product of rank n is asked for 1/n as often as the first. Any: each as often as any other. */
export type Popularity = 'popular' | 'any';

/** Draws ids from 1 to `products`. */
export function productsOf(products: number, popularity: Popularity): () => number {
  if (popularity === 'popular') return zipfOf(products, Math.random);
  return () => 1 + Math.floor(Math.random() * products);
}
