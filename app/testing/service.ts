import { readFileSync } from 'node:fs';
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { createLogger } from 'winston';
import { createTestDatabase, type TestDatabase } from '../../db/testing/database.ts';
import { serve } from '../serve.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: any;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: unknown;
  /** For calls that share connections; without it each has its own. */
  readonly agent?: Agent;
}

/** The API on a port of its own, over a fresh database with the rows of testing/rows.sql. */
export interface TestService {
  readonly port: number;
  readonly database: TestDatabase;
  call(path: string, call?: Call): Promise<Answer>;
  /** Runs a statement as the owner. */
  sql(statement: string, values?: unknown[]): Promise<any[]>;
  stop(): Promise<void>;
}

export async function startTestService({ databaseConnections = 4 } = {}): Promise<TestService> {
  const database = await createTestDatabase();
  const owner = new Client(database.owner);
  await owner.connect();
  await owner.query(readFileSync(join(import.meta.dirname, 'rows.sql'), 'utf8'));
  const config = { port: 0, database: database.app, databaseConnections, cacheEntries: 100, corsOrigin: '*' };
  const service = await serve({ ...config, logLevel: 'error' }, createLogger({ silent: true }));
  return {
    port: service.port,
    database,
    call: (path, options) => call(service.port, path, options),
    sql: async (statement, values) => (await owner.query(statement, values)).rows,
    async stop() {
      await service.stop();
      await owner.end();
      await database.drop();
    },
  };
}

/** One HTTP request to this machine, the path sent exactly as it is given. */
export function call(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, agent }: Call = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
  const contentType = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = {
      port,
      path,
      method,
      agent: agent ?? false,
      headers: { ...contentType, ...headers },
      timeout: 10_000,
    };
    const outgoing = httpRequest({ host: '127.0.0.1', ...options }, incoming => {
      const chunks: Buffer[] = [];
      incoming.on('data', chunk => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers } = incoming;
        resolve({
          status,
          headers,
          text,
          get json() {
            return JSON.parse(text);
          },
        });
      });
    });
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no answer to ${method} ${path.slice(0, 80)} in 10 s`)),
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
