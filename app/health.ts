import { type RequestHandler, Router } from 'express';
import type { Database } from './database.ts';
import { onlyAllows } from './problem.ts';

const ping = { service: 'health', name: 'ping', text: 'select 1' } as const;

/**
 * Live: the process runs. Ready: it can serve, because its database answers. A replica that is stopping is ready too: it serves the
 * requests that it gets.
 */
export function healthRoutes(database: Database): Router {
  const router = Router({ caseSensitive: true });
  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  const respondOk: RequestHandler = (_request, response) =>
    void response.set('Cache-Control', 'no-store').type('json').end('{"status":"ok"}');
  router.route('/health/live').get(respondOk).all(readOnly);
  router
    .route('/health/ready')
    .get(async (_request, _response, next) => {
      await database.row(ping, []);
      next();
    }, respondOk)
    .all(readOnly);
  return router;
}
