import type { World } from './world.ts';

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Requests of a run, at random. */
export type Requests = (world: World, random: () => number) => string[];

/** More than a run of 10 s sends. */
const many = 400_000;

const page = (id: number) => [
  `GET /products/${id}`,
  `GET /products/${id}/styles`,
  `GET /products/${id}/related`,
  `GET /qa/questions?product_id=${id}`,
];
const answersOf = (question: number) => `GET /qa/questions/${question}/answers`;
const listPage = (number: number) => `GET /products?page=${number}&count=5`;
const upTo = (limit: number, random: () => number) => 1 + Math.floor(random() * limit);

/** A world has a question that is not hidden. */
function anyQuestion({ questions, hidden }: World, random: () => number): number {
  for (;;) {
    const id = upTo(questions, random);
    if (!hidden.has(id)) return id;
  }
}

/** All that a front-end asks to show the first 1,000 products: 3,000 URLs, each once. */
export const hotCatalogue: Requests = (_world, random) =>
  shuffled(
    range(1000).flatMap(id => page(id).slice(0, 3)),
    random,
  );

/** With their questions, the answers of 1,000 questions, and the first 200 pages of the list. */
export const hotAll: Requests = ({ hidden }, random) => {
  const questions = range(1000).filter(id => !hidden.has(id));
  const all = [...range(1000).flatMap(page), ...questions.map(answersOf), ...range(200).map(listPage)];
  return shuffled(all, random);
};

export const oneUrl: Requests = () => ['GET /products/1'];

/** One route, products drawn uniformly over all there are. */
export const coldRoute =
  (route: number): Requests =>
  ({ products }, random) =>
    Array.from({ length: many }, () => page(upTo(products, random))[route] as string);

export const coldAnswers: Requests = (world, random) =>
  Array.from({ length: many }, () => answersOf(anyQuestion(world, random)));

/** Any page of the list of products. */
export const coldList: Requests = ({ products }, random) =>
  Array.from({ length: many }, () => listPage(upTo(Math.floor(products / 5), random)));

/** Whole product pages, products drawn uniformly over all there are. */
export const coldPages: Requests = ({ products }, random) =>
  Array.from({ length: many / 4 }, () => page(upTo(products, random))).flat();

/** Product pages; the product of rank n is asked for 1/n as often as the first. */
export const zipfPages: Requests = ({ products }, random) => {
  const zipf = zipfOf(products, random);
  return Array.from({ length: many / 4 }, () => page(zipf())).flat();
};

/** The same, and one request in twenty is a vote for a question. */
export const mixedPages: Requests = (world, random) =>
  zipfPages(world, random).map(request =>
    random() < 0.05 ? `PUT /qa/questions/${anyQuestion(world, random)}/helpful` : request,
  );

/** Question pages of 100 products, and one request in twenty is a vote for a question of any product. */
export const questionsUnderWrites: Requests = (world, random) =>
  Array.from({ length: many }, () =>
    random() < 0.05
      ? `PUT /qa/questions/${anyQuestion(world, random)}/helpful`
      : `GET /qa/questions?product_id=${upTo(100, random)}`,
  );

/** Draws ids from 1: ranks with probability 1/rank (s = 1.0), each the rank of one id. */
export function zipfOf(ids: number, random: () => number): () => number {
  const idOf = idsByRank(ids);
  const cumulated = new Float64Array(ids);
  let sum = 0;
  for (let rank = 1; rank <= ids; rank++) {
    sum += 1 / rank;
    cumulated[rank - 1] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = ids - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulated[middle] as number) < drawn) low = middle + 1;
      else high = middle;
    }
    return idOf(low + 1);
  };
}

/**
 * The id of a rank, both from 1 to `ids`. Neighbouring ranks have ids far apart, as popular products do not lie together in a
 * table. Only a step without a common divisor with the number of ids reaches each of them.
 */
export function idsByRank(ids: number): (rank: number) => number {
  let step = 7919;
  while (greatestCommonDivisor(step, ids) !== 1) step++;
  return rank => 1 + (((rank - 1) * step) % ids);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map(value => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
