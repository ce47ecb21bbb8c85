import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabaseSettings } from '../environment.ts';

export interface TestDatabase {
  readonly owner: DatabaseSettings;
  readonly app: DatabaseSettings;
  /** Opens a connection, which stays open until the database is dropped. */
  connect(as?: 'owner' | 'app'): Promise<Client>;
  drop(): Promise<void>;
}

/** Creates an empty, migrated database on the server of the test run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server: { owner: DatabaseSettings; appPassword: string } = JSON.parse(
    process.env.TEST_POSTGRES ?? '',
  );
  const database = `test_${randomBytes(6).toString('hex')}`;
  const onServer = async (statement: string) => {
    const client = new Client(server.owner);
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await onServer(`create database ${database} template elier_template`);
  // A copy does not inherit the template's privileges on the database itself.
  await onServer(`revoke all on database ${database} from public`);
  await onServer(`grant connect on database ${database} to elier_app`);
  const owner = { ...server.owner, database };
  const roles = { owner, app: { ...owner, user: 'elier_app', password: server.appPassword } };
  const clients: Client[] = [];
  return {
    ...roles,
    async connect(as = 'owner') {
      const client = new Client(roles[as]);
      clients.push(client);
      await client.connect();
      return client;
    },
    async drop() {
      await Promise.all(clients.map(client => client.end()));
      await onServer(`drop database ${database} with (force)`);
    },
  };
}
