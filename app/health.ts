import { Router } from 'express';
import type { Database } from './database.ts';
import { onlyAllows, unavailable } from './problem.ts';

const ping = { name: 'ping', text: 'select 1' };

/** Whether this replica can serve: it is not about to stop, and its database answers. */
export class Health {
  readonly #database: Database;
  #isStopping = false;

  constructor(database: Database) {
    this.#database = database;
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Throws a 503 when the replica is stopping or its database is away. */
  async check(): Promise<void> {
    if (this.#isStopping) throw unavailable('This replica is stopping.');
    await this.#database.row(ping, []);
  }
}

export function healthRoutes(health: Health): Router {
  const router = Router({ caseSensitive: true });
  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  const ok = { status: 'ok' };
  router
    .route('/health/live')
    .get((_request, response) => void response.set('Cache-Control', 'no-store').json(ok))
    .all(readOnly);
  router
    .route('/health/ready')
    .get(async (_request, response) => {
      await health.check();
      response.set('Cache-Control', 'no-store').json(ok);
    })
    .all(readOnly);
  return router;
}
