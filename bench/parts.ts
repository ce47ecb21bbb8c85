import * as catalogue from '../app/catalogue/queries.ts';
import type { Query } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import { localStack } from './local-stack.ts';
import * as make from './requests.ts';

/** A server under a list of requests. */
export interface Server {
  readonly name: string;
  readonly url: string;
  readonly requests: make.Requests;
  /** Requests a second, whatever becomes of them; without it, each as soon as the last answer is there. */
  readonly rate?: number;
}

/** pgbench with a query, and its values as pgbench draws them. */
export interface Bare {
  readonly name: string;
  readonly query: Query;
  readonly values: readonly string[];
}

/** One of those that are measured in turn; beside one named product, the others are its yardsticks. */
export type Contestant = Server | Bare;

/** What is measured together, round by round. */
export interface Part {
  readonly name: string;
  readonly contestants: readonly Contestant[];
  /** Whether the requests are sent before, so that whoever has a cache has them in it. */
  readonly isWarm: boolean;
}

export const product = localStack();
const bareCache = 'http://127.0.0.1:18091';
export const plainWay = 'http://127.0.0.1:18092';
const staticFiles = 'http://127.0.0.1:18093';
const oneReplica = 'http://127.0.0.1:18094';
const roundRobin = 'http://127.0.0.1:18095';
const withoutNginxCache = 'http://127.0.0.1:18096';

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
  query?: Query,
  values: readonly string[] = [],
): Part => ({
  name,
  isWarm: false,
  contestants: [
    { name: 'product', url: product, requests },
    { name: 'plain way', url: plainWay, requests },
    ...(query ? [{ name: 'pgbench', query, values }] : []),
  ],
});

/** Like cold, without the cache of Nginx: a small data set would soon be in it. */
const uncached = (name: string, requests: make.Requests): Part => ({
  name,
  isWarm: false,
  contestants: [
    { name: 'product', url: withoutNginxCache, requests },
    { name: 'plain way', url: plainWay, requests },
  ],
});

const alone = (name: string, requests: make.Requests): Part => ({
  name,
  isWarm: true,
  contestants: [{ name: 'product', url: product, requests }],
});

const open = (name: string, requests: make.Requests, isWarm = true): Part => ({
  name,
  isWarm,
  contestants: [1000, 3000, 5000].map(rate => ({ name: `${rate} a second`, url: product, requests, rate })),
});

const anyProduct = 'random(1, :products)';
const anyQuestion = 'random(1, :questions)';

export const parts: readonly Part[] = [
  hot('one', make.oneUrl, true),
  hot('hot-catalogue', make.hotCatalogue, true),
  hot('hot-all', make.hotAll, false),
  cold('cold-product', make.coldRoute(0), catalogue.document, [anyProduct, '1']),
  cold('cold-styles', make.coldRoute(1), catalogue.document, [anyProduct, '2']),
  cold('cold-related', make.coldRoute(2), catalogue.document, [anyProduct, '3']),
  cold('cold-questions', make.coldRoute(3), questions.questionsPage, [anyProduct, '0', '5']),
  cold('cold-answers', make.coldAnswers, questions.answersPage, [anyQuestion, '1', '5']),
  cold('cold-list', make.coldList, catalogue.productsPage, ['5 * random(0, :products / 5 - 1)', ':p1 + 5']),
  cold('cold-pages', make.coldPages),
  uncached('uncached-product', make.coldRoute(0)),
  uncached('uncached-pages', make.coldPages),
  alone('zipf', make.zipfPages),
  alone('mixed', make.mixedPages),
  alone('questions-under-writes', make.questionsUnderWrites),
  open('open-hot', make.hotAll),
  open('open-zipf', make.zipfPages),
  open('open-mixed', make.mixedPages),
  open('open-cold', make.coldPages, false),
  {
    name: 'stages',
    isWarm: true,
    contestants: [
      { name: '1 one plain replica', url: oneReplica, requests: make.zipfPages },
      { name: '2 three, in turn', url: roundRobin, requests: make.zipfPages },
      { name: '3 least_conn', url: plainWay, requests: make.zipfPages },
      { name: '4 node-cache and batches', url: withoutNginxCache, requests: make.zipfPages },
      { name: '5 cache of Nginx', url: product, requests: make.zipfPages },
    ],
  },
];
