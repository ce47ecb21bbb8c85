import * as catalogue from '../app/catalogue/queries.ts';
import type { Query } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import * as make from '../app/testing/traffic/requests.ts';
import { localStack } from './local-stack.ts';
import { before } from './rig.ts';

/** An HTTP server and the requests it gets. */
export interface HttpServer {
  readonly name: string;
  readonly url: string;
  readonly requests: make.Requests;
  /** Requests per second. Without a rate, each connection sends its next request after the last response. */
  readonly rate?: number;
  /** Requests of product pages by Zipf that the server has had before. */
  readonly warmUp?: number;
}

/** PostgreSQL under pgbench: a query, and its parameters as pgbench expressions. */
export interface Pgbench {
  readonly name: string;
  readonly query: Query;
  readonly values: readonly string[];
}

/** A server of a part. Beside one named "stack", the others are baselines. */
export type Server = HttpServer | Pgbench;

/** Servers that are measured in turn, round by round. */
export interface Part {
  readonly name: string;
  readonly servers: readonly Server[];
  /** Whether the same kind of requests fill the caches before a run. */
  readonly isWarm: boolean;
}

export const stackUrl = localStack();
const bareCacheUrl = 'http://127.0.0.1:18091';
export const baselineUrl = 'http://127.0.0.1:18092';
const staticFilesUrl = 'http://127.0.0.1:18093';
const oneReplicaUrl = 'http://127.0.0.1:18094';
const roundRobinUrl = 'http://127.0.0.1:18095';
const withoutNginxCacheUrl = 'http://127.0.0.1:18096';
export const beforeUrl = 'http://127.0.0.1:18097';

/** Requests of ten minutes. */
const tenMinutesAt = (rate: number) => rate * 600;
/** Three minutes at the ceiling: entries of the release before live 50 s. */
const mostBefore = 900_000;

/** The stack, and the release before it. */
const releases = (requests: make.Requests, warmUp = 0): HttpServer[] => [
  { name: 'stack', url: stackUrl, requests, warmUp },
  ...(before ? [{ name: 'before', url: beforeUrl, requests, warmUp: Math.min(warmUp, mostBefore) }] : []),
];

const hot = (name: string, requests: make.Requests, isStatic: boolean): Part => ({
  name,
  isWarm: true,
  servers: [
    ...releases(requests),
    { name: 'bare proxy_cache', url: bareCacheUrl, requests },
    ...(isStatic ? [{ name: 'static file', url: staticFilesUrl, requests }] : []),
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
  servers: [
    ...releases(requests),
    { name: 'baseline', url: baselineUrl, requests },
    ...(query ? [{ name: 'pgbench', query, values }] : []),
  ],
});

/** Like cold, without the Nginx cache, which would soon hold a small data set. */
const uncached = (name: string, requests: make.Requests): Part => ({
  name,
  isWarm: false,
  servers: [
    { name: 'stack', url: withoutNginxCacheUrl, requests },
    { name: 'baseline', url: baselineUrl, requests },
  ],
});

const alone = (name: string, servers: readonly HttpServer[]): Part => ({ name, isWarm: true, servers });

const open = (name: string, requests: make.Requests, { isWarm = true, isWarmedUp = false } = {}): Part => ({
  name,
  isWarm,
  servers: [1000, 3000, 5000].map(rate => ({
    name: `${rate} requests/s`,
    url: stackUrl,
    requests,
    rate,
    warmUp: isWarmedUp ? tenMinutesAt(rate) : 0,
  })),
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
  alone('replica', [{ name: 'app', url: withoutNginxCacheUrl, requests: make.smallHot }]),
  alone('zipf', releases(make.zipfPages, tenMinutesAt(5000))),
  alone('mixed', releases(make.mixedPages, tenMinutesAt(5000))),
  alone('questions-under-writes', [{ name: 'stack', url: stackUrl, requests: make.questionsUnderWrites }]),
  open('open-hot', make.hotAll),
  open('open-zipf', make.zipfPages, { isWarmedUp: true }),
  open('open-mixed', make.mixedPages, { isWarmedUp: true }),
  open('open-cold', make.coldPages, { isWarm: false }),
  {
    name: 'stages',
    isWarm: true,
    servers: [
      { name: '1 one baseline replica', url: oneReplicaUrl, requests: make.zipfPages },
      { name: '2 three, round robin', url: roundRobinUrl, requests: make.zipfPages },
      { name: '3 least_conn', url: baselineUrl, requests: make.zipfPages },
      { name: '4 node-cache and batches', url: withoutNginxCacheUrl, requests: make.zipfPages },
      { name: '5 Nginx cache', url: stackUrl, requests: make.zipfPages, warmUp: tenMinutesAt(5000) },
    ],
  },
];
