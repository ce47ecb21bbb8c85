import type { Run } from './summary.ts';

/** A row for owners: how many reads are hits, and what that takes. */
export type Shop = Readonly<Record<string, string | number>>;

/** The responses that Nginx keeps by default: CACHE_ANSWERS in .env.example. */
const room = 100_000;
/** The responses of a product's page. */
const ofPage = 4;
/** The share of a core that an instance may use without end. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html */
const instances = [
  ['t2.micro', 0.1],
  ['t3.micro', 0.2],
  ['t3.small', 0.4],
  ['c7a.medium', 1],
] as const;

/**
 * Shops by their products and their requests per second, with the CPU time of a hit and of a miss, in µs. The hit share is that of a cache
 * which has been filled: by Che's approximation of a least-recently-used cache, for Zipf (s = 1).
 * https://doi.org/10.1109/JSAC.2002.801752
 */
export function shopsWith(hit_us: number, miss_us: number): readonly (readonly [string, Shop])[] {
  return [1000, 50_000, 200_000, 1_000_000].flatMap(products => {
    const hits = hitShareOf(products);
    const cost_us = hits * hit_us + (1 - hits) * miss_us;
    return [100, 1000, 5000].map(rate => {
      const core = (rate * cost_us) / 1e6;
      const instance = instances.find(([, share]) => core <= share)?.[0] ?? 'more than one core';
      const row = {
        'hit %': Math.round(hits * 100),
        'CPU s per 1,000 requests': Number((cost_us / 1000).toFixed(3)),
        'core %': Math.round(core * 100),
        'enough without end': instance,
      };
      return [
        `${products.toLocaleString('en')} products, ${rate.toLocaleString('en')} requests/s`,
        row,
      ] as const;
    });
  });
}

/** The CPU time of a run's request in all services of the stack, in µs. */
export const costOf = ({ cpu_us }: Run) => (cpu_us.nginx ?? 0) + (cpu_us.app ?? 0) + (cpu_us.postgres ?? 0);

function hitShareOf(products: number): number {
  const harmonic = sumOver(products, rank => 1 / rank);
  const probability = (rank: number) => 1 / (rank * harmonic * ofPage);
  const kept = (requests: number) =>
    sumOver(products, rank => ofPage * (1 - Math.exp(-probability(rank) * requests)));
  if (products * ofPage <= room) return 1;
  let [low, high] = [0, 1e12];
  while (high - low > high / 1e4) {
    const middle = (low + high) / 2;
    if (kept(middle) < room) low = middle;
    else high = middle;
  }
  return sumOver(products, rank => ofPage * probability(rank) * (1 - Math.exp(-probability(rank) * low)));
}

function sumOver(count: number, value: (rank: number) => number): number {
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) sum += value(rank);
  return sum;
}
