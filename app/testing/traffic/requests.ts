import type { IdRanges } from './id-ranges.ts';
import { idsByRank, zipfOf } from './zipf.ts';

/** Draws the requests of a run. */
export type Requests = (ids: IdRanges, random: () => number) => string[];

/** More than a run of 10 s sends. */
const many = 400_000;

/** The paths that a front-end requests for a product's page. */
export const pathsOf = (product: number): string[] => [
  `/products/${product}`,
  `/products/${product}/styles`,
  `/products/${product}/related`,
  `/qa/questions?product_id=${product}`,
];
const page = (product: number) => pathsOf(product).map(path => `GET ${path}`);
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

/** The products and related ids that a replica sends without compressing them, of 100 products. */
export const smallHot: Requests = ({ small }) =>
  small.flatMap(id => [`GET /products/${id}`, `GET /products/${id}/related`]);

/** URLs that are read once: pages of products from the least popular on, and the product list in pages of 20 sizes. */
export function oneOffs(): Requests {
  let drawn = 0;
  return ({ products }) => {
    const idOf = idsByRank(products);
    return Array.from({ length: many / 5 }, () => {
      const rank = products - (drawn % products);
      const list = `GET /products?page=${1 + Math.floor(drawn / 20)}&count=${1 + (drawn % 20)}`;
      drawn++;
      return [...page(idOf(rank)), list];
    }).flat();
  };
}

/** Question pages of 100 products, where one request in twenty is a vote for a question of any product. */
export const questionsUnderWrites: Requests = (ids, random) =>
  Array.from({ length: many }, () =>
    random() < 0.05
      ? `PUT /qa/questions/${anyQuestion(ids, random)}/helpful`
      : `GET /qa/questions?product_id=${upTo(100, random)}`,
  );

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map(value => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
