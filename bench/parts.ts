import * as catalogue from '../app/catalogue/queries.ts';
import type { Statement } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import * as make from './requests.ts';

/** A server under a list of requests. */
export interface Server {
  readonly name: string;
  readonly url: string;
  readonly requests: make.Requests;
}

/** pgbench with a statement, and its values as pgbench draws them. */
export interface Bare {
  readonly name: string;
  readonly statement: Statement;
  readonly values: readonly string[];
}

/** One of those that are measured in turn. */
export type Contestant = Server | Bare;

/** What is measured together, round by round. The first contestant is the product, the others are yardsticks. */
export interface Part {
  readonly name: string;
  readonly contestants: readonly Contestant[];
  /** Whether the requests are sent once before, so that whoever has a cache has them in it. */
  readonly isWarm: boolean;
}

export const product = `http://127.0.0.1:${process.env.HTTP_PORT ?? 8080}`;
const bareCache = 'http://127.0.0.1:18091';
export const plainWay = 'http://127.0.0.1:18092';
const staticFiles = 'http://127.0.0.1:18093';

const hot = (name: string, requests: make.Requests, isStatic: boolean): Part => ({
  name,
  isWarm: true,
  contestants: [
    { name: 'product', url: product, requests },
    { name: 'bare proxy_cache', url: bareCache, requests },
    ...(isStatic ? [{ name: 'static file', url: staticFiles, requests }] : []),
  ],
});

const cold = (
  name: string,
  requests: make.Requests,
  statement?: Statement,
  values: readonly string[] = [],
): Part => ({
  name,
  isWarm: false,
  contestants: [
    { name: 'product', url: product, requests },
    { name: 'plain way', url: plainWay, requests },
    ...(statement ? [{ name: 'pgbench', statement, values }] : []),
  ],
});

const alone = (name: string, requests: make.Requests): Part => ({
  name,
  isWarm: false,
  contestants: [{ name: 'product', url: product, requests }],
});

const anyProduct = 'random(1, :products)';
const anyQuestion = 'random(1, :questions)';

export const parts: readonly Part[] = [
  hot('one', make.oneUrl, true),
  hot('hot-catalogue', make.hotCatalogue, true),
  hot('hot-all', make.hotAll, false),
  cold('cold-product', make.coldRoute(0), catalogue.product, [anyProduct]),
  cold('cold-styles', make.coldRoute(1), catalogue.styles, [anyProduct]),
  cold('cold-related', make.coldRoute(2), catalogue.related, [anyProduct]),
  cold('cold-questions', make.coldRoute(3), questions.questionsPage, [anyProduct, '0', '5']),
  cold('cold-answers', make.coldAnswers, questions.answersPage, [anyQuestion, '0', '5', '1']),
  cold('cold-pages', make.coldPages),
  alone('zipf', make.zipfPages),
  alone('mixed', make.mixedPages),
];
