import { parse } from 'node:querystring';
import express, { type Express } from 'express';
import type { Cache } from './cache.ts';
import { CacheAdmission } from './cache-admission.ts';
import type { CacheDisk } from './cache-disk.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import { allowOrigins, type Origins } from './cors.ts';
import { sendDataSets } from './data-sets.ts';
import type { Database } from './database.ts';
import { limitRequests, nameRequests } from './headers.ts';
import { healthRoutes } from './health.ts';
import { type Caching, JsonResponses } from './json-responses.ts';
import { type Log, logRequests } from './log.ts';
import type { Metrics } from './metrics.ts';
import { openapi } from './openapi/document.ts';
import { onlyAllows, sendProblems, unknownRoute } from './problem.ts';
import { questionRoutes } from './questions/routes.ts';
import { whenClosed } from './when-closed.ts';

export interface Parts {
  readonly database: Database;
  readonly cache: Cache;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly origins: Origins;
  readonly cacheDisk: CacheDisk;
}

/** What the routes of both services read with. */
export interface ReadParts {
  readonly database: Database;
  readonly cache: Cache;
  readonly admission: CacheAdmission;
  readonly responses: JsonResponses;
}

const document = JSON.stringify(openapi);
const documentCaching: Caching = { cacheControl: 'public, max-age=60', isShared: false };

/** The API, wired together from its parts. */
export function createApp({ database, cache, log, metrics, origins, cacheDisk }: Parts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.disable('etag'); // json-responses.ts makes those of reads; nothing else has one
  // Every parameter counts, however many came before it: one that is given twice must be seen twice.
  app.set('query parser', (query: string) => parse(query, '&', '=', { maxKeys: 0 }));

  const responses = new JsonResponses();
  app.use(nameRequests, whenClosed(metrics.countRequest, logRequests(log)));
  app.use(allowOrigins(origins), limitRequests);
  // Reads come first, on the app's own router: Express tries one route after the other.
  const parts = { database, cache, responses, admission: new CacheAdmission(cacheDisk) };
  catalogueRoutes(app, parts);
  questionRoutes(app, parts);
  app.use(healthRoutes(database));
  app
    .route('/metrics')
    .get(metrics.respond)
    .all(onlyAllows('GET', 'HEAD', 'OPTIONS'));
  app
    .route('/data-sets')
    .get(sendDataSets(database))
    .all(onlyAllows('GET', 'HEAD', 'OPTIONS'));
  app
    .route('/openapi.json')
    .get((_request, response) => responses.send(response, document, documentCaching))
    .all(onlyAllows('GET', 'HEAD', 'OPTIONS'));
  app.use(unknownRoute, sendProblems);
  return app;
}
