import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from 'winston';
import { folderAt } from '../../db/import/data-folder.ts';
import { importFolder } from '../../db/import/import-folder.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/database.ts';
import type { Config } from '../config.ts';
import { type Service, serve } from '../serve.ts';
import { type Call, call, type HttpResponse } from './http.ts';

/**
 * The API on a port of its own, over a fresh database with the data files of testing/rows: products 1 to 6 and their
 * questions, in the shapes that clients rely on.
 * - 1  three styles, none the default; style 1 has two XL; a sale price and one of 0; prices past 32-bit cents
 * - 2  styles without photos and skus; a feature whose value is null, and one whose value is the text "null"
 * - 3  related to 4 twice and to itself; no features; one style
 * - 4  no styles
 * - 5  nothing at all
 * - 6  unusual characters
 */
export interface TestService {
  readonly port: number;
  readonly database: TestDatabase;
  call(path: string, call?: Call): Promise<HttpResponse>;
  /** Runs a statement as the owner. */
  sql(statement: string, values?: unknown[]): Promise<any[]>;
  stop(): Promise<void>;
}

/** A replica of the app on a port of its own, over a database that may have others. */
export const startReplica = (database: TestDatabase['app'], config: Partial<Config> = {}): Promise<Service> =>
  serve(
    {
      port: 0,
      database,
      databaseConnections: 8,
      cacheEntries: 100,
      origins: '*',
      logLevel: 'error',
      ...config,
    },
    createLogger({ silent: true }),
  );

export async function startTestService(): Promise<TestService> {
  const database = await createTestDatabase();
  const owner = await database.connect();
  const folder = join(import.meta.dirname, 'rows');
  await importFolder({
    owner: database.owner,
    folder: folderAt(folder),
    rejects: join(tmpdir(), `${database.owner.database}.csv`),
  });
  const service = await startReplica(database.app);
  return {
    port: service.port,
    database,
    call: (path, options) => call(service.port, path, options),
    sql: async (statement, values) => (await owner.query(statement, values)).rows,
    async stop() {
      await service.stop();
      await database.drop();
    },
  };
}

/** The generations that Nginx sends with a read: of the catalogue, and of questions and answers. */
export async function generationsOf({ call }: TestService): Promise<[string, string]> {
  const { text } = await call('/data-sets');
  const [, catalogue = '', questions = ''] = /^catalogue (\S+)\nquestions (\S+)\n$/.exec(text) ?? [];
  return [catalogue, `${questions}-30-4711.3`];
}
