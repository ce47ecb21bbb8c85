import { randomBytes } from 'node:crypto';
import { createServer, IncomingMessage, type Server, ServerResponse, STATUS_CODES } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';
import { SettingError } from '../db/environment.ts';
import { createApp } from './app.ts';
import { Cache } from './cache.ts';
import { CacheDisk } from './cache-disk.ts';
import type { Config } from './config.ts';
import { Database } from './database.ts';
import type { Log } from './log.ts';
import { Metrics } from './metrics.ts';
import { Problem } from './problem.ts';

/**
 * How long a stopping replica still answers on its open connections, in milliseconds. Nginx closes an idle connection after 5 s
 * (`keepalive_timeout` in nginx/upstream.conf), so none is left then on which it could send a request that nobody reads.
 */
const drain_ms = 6000;
/** How long requests in flight may take after that; Compose kills the replica after 15 s (`stop_grace_period`). */
const finish_ms = 5000;

const limits = {
  maxHeaderSize: 128 * 1024, // bounds memory; the limits in headers.ts are lower and have an error of their own
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 75_000, // longer than Nginx's, so that Node never closes first
  connectionsCheckingInterval: 5_000,
  optimizeEmptyRequests: true, // no stream for the body that a read does not have
};
const maxConnections = 1000;

export interface Service {
  readonly port: number;
  /** Stops accepting connections, finishes requests in flight, and closes everything. */
  stop(): Promise<void>;
}

/** Starts the API on its port. Throws SettingError when the port is taken or reserved for root. */
export async function serve(config: Config, log: Log): Promise<Service> {
  const metrics = new Metrics();
  const database = new Database(config.database, config.databaseConnections, log);
  const cache = new Cache(config.cacheEntries, lookup => metrics.countLookup(lookup));
  metrics.watch(database);

  const cacheDisk = new CacheDisk(config.nginxCacheFolder);
  const app = createApp({ database, cache, log, metrics, origins: config.origins, cacheDisk });
  const server = createServer({ ...limits, ...classesOf(app) }, app);
  server.maxConnections = maxConnections;
  server.on('clientError', refuse);
  server.on('checkExpectation', app); // an Expect header is ignored
  await listen(server, config.port);
  await database.connect();
  log.info('serving', { port: config.port });

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      log.info('stopping');
      await drain(server);
      await database.close();
      log.info('stopped');
    },
  };
}

/** Classes with the prototypes that Express gives each request and response: V8 is slow with objects whose prototype changes. */
function classesOf(app: Express) {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  app.request = Object.setPrototypeOf(Request.prototype, app.request);
  app.response = Object.setPrototypeOf(Response.prototype, app.response);
  return { IncomingMessage: Request, ServerResponse: Response };
}

/** Why a port cannot be used, and what to do, by the code of the error. */
const unusable: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program: stop it, or set PORT to another.',
  EACCES: 'is reserved for root on this machine: set PORT to 1024 or higher.',
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code && unusable[error.code];
      reject(problem ? new SettingError(`PORT ${port} ${problem}`) : error);
    });
    server.listen(port, resolve);
  });
}

/** Answers bytes that are no request, or a request that is too large or too slow, and hangs up. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const body = JSON.stringify(new Problem(status, 'The request cannot be read.'));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      `X-Request-Id: ${randomBytes(16).toString('hex')}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/** Takes no new connections. Open ones get `Connection: close` with their next response, and are closed when time is up. */
async function drain(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  // http.Server's close would also close idle connections at once, on which Nginx may be sending.
  const closed = new Promise<void>(resolve => NetServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, sleep(drain_ms, undefined, { ref: false })]);
  server.closeIdleConnections();
  await Promise.race([closed, sleep(finish_ms, undefined, { ref: false })]);
  server.closeAllConnections();
  await closed;
}
