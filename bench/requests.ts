import type { IdRanges } from './id-ranges.ts';

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

/** Draws the requests of a run. */
export type Requests = (ids: IdRanges, random: () => number) => string[];

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

/** The id of a random visible question. */
function anyQuestion({ questions, hidden }: IdRanges, random: () => number): number {
  for (;;) {
    const id = upTo(questions, random);
    if (!hidden.has(id)) return id;
  }
}

/** The catalogue URLs of the first 1,000 product pages: 3,000 URLs, each once. */
export const hotCatalogue: Requests = (_ids, random) =>
  shuffled(
    range(1000).flatMap(id => page(id).slice(0, 3)),
    random,
  );

/** All URLs of the first 1,000 product pages, the answers of 1,000 questions, and 200 pages of the product list. */
export const hotAll: Requests = ({ hidden }, random) => {
  const questions = range(1000).filter(id => !hidden.has(id));
  const all = [...range(1000).flatMap(page), ...questions.map(answersOf), ...range(200).map(listPage)];
  return shuffled(all, random);
};

export const oneUrl: Requests = () => ['GET /products/1'];

/** One route of uniformly drawn products. */
export const coldRoute =
  (route: number): Requests =>
  ({ products }, random) =>
    Array.from({ length: many }, () => page(upTo(products, random))[route] as string);

export const coldAnswers: Requests = (ids, random) =>
  Array.from({ length: many }, () => answersOf(anyQuestion(ids, random)));

/** Uniformly drawn pages of the product list. */
export const coldList: Requests = ({ products }, random) =>
  Array.from({ length: many }, () => listPage(upTo(Math.floor(products / 5), random)));

/** Whole pages of uniformly drawn products. */
export const coldPages: Requests = ({ products }, random) =>
  Array.from({ length: many / 4 }, () => page(upTo(products, random))).flat();

/** Product pages by Zipf: the product of rank n gets 1/n of the requests of the first. */
export const zipfPages: Requests = ({ products }, random) => {
  const zipf = zipfOf(products, random);
  return Array.from({ length: many / 4 }, () => page(zipf())).flat();
};

/** Product pages by Zipf, where one request in twenty is a vote for a question. */
export const mixedPages: Requests = (ids, random) =>
  zipfPages(ids, random).map(request =>
    random() < 0.05 ? `PUT /qa/questions/${anyQuestion(ids, random)}/helpful` : request,
  );

/** Question pages of 100 products, where one request in twenty is a vote for a question of any product. */
export const questionsUnderWrites: Requests = (ids, random) =>
  Array.from({ length: many }, () =>
    random() < 0.05
      ? `PUT /qa/questions/${anyQuestion(ids, random)}/helpful`
      : `GET /qa/questions?product_id=${upTo(100, random)}`,
  );

/** Draws ids from 1 by Zipf (s = 1.0): each id has a rank, and a probability proportional to 1/rank. */
export function zipfOf(ids: number, random: () => number): () => number {
  const idOf = idsByRank(ids);
  const cumulative = new Float64Array(ids);
  let sum = 0;
  for (let rank = 1; rank <= ids; rank++) {
    sum += 1 / rank;
    cumulative[rank - 1] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = ids - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] as number) < drawn) low = middle + 1;
      else high = middle;
    }
    return idOf(low + 1);
  };
}

/**
 * Maps a rank to an id, both from 1 to `ids`. Neighbouring ranks have distant ids, because popular products are scattered
 * over a table. The step is coprime to `ids`, so that each rank has its own id.
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
