import { zipfOf } from '../app/testing/traffic/zipf.ts';

/** How often each product is requested. Popular: Zipf's law, rank n gets 1/n of the requests of rank 1. Any: uniform. */
export type Popularity = 'popular' | 'any';

/** Returns a function that draws product ids from 1 to `products`. */
export function productDrawer(products: number, popularity: Popularity): () => number {
  if (popularity === 'popular') return zipfOf(products, Math.random);
  return () => 1 + Math.floor(Math.random() * products);
}
