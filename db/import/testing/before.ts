import type { Client } from 'pg';

/** Wraps a client: calls `act` before each statement that starts with `statement`. */
export function before(client: Client, statement: string, act: () => Promise<unknown>): Client {
  const query = async (sql: string, values?: unknown[]) => {
    if (sql.startsWith(statement)) await act();
    return client.query(sql, values);
  };
  return Object.create(client, { query: { value: query } });
}
