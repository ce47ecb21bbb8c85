import type { RequestHandler } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Lookup } from './cache.ts';
import type { Database } from './database.ts';
import type { Report } from './when-closed.ts';

/** The metrics of a replica, for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram;
  readonly #lookups: Counter;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the request to the end of its response.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
      registers,
    });
    this.#lookups = new Counter({
      name: 'cache_lookups_total',
      help: 'Lookups in the cache: hit, joined a query in flight, or miss.',
      labelNames: ['lookup'],
      registers,
    });
  }

  countLookup(lookup: Lookup): void {
    this.#lookups.inc({ lookup });
  }

  watch(database: Database): void {
    const gauge = new Gauge({
      name: 'database_connections',
      help: 'Connections to PostgreSQL that are open or idle, and statements waiting for one.',
      labelNames: ['state'],
      registers: [this.#registry],
      collect: () => {
        for (const [state, count] of Object.entries(database.connections)) gauge.set({ state }, count);
      },
    });
  }

  readonly countRequest: Report = ({ method, route }, { statusCode: status }, ms) =>
    this.#requests.observe({ method, route: route?.path ?? 'none', status }, ms / 1000);

  readonly respond: RequestHandler = async (_request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .type(this.#registry.contentType)
      .send(await this.#registry.metrics());
  };
}
