import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createLogger } from 'winston';
import { createTestDatabase, type TestDatabase } from '../../db/testing/database.ts';
import { serve } from '../serve.ts';
import { type Answer, type Call, call } from './http.ts';

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
