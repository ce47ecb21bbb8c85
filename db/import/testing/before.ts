import type { Client } from 'pg';

/** The client, but one that does something else before each statement that begins so. */
export function before(client: Client, statement: string, act: () => Promise<unknown>): Client {
  const query = async (sql: string, values?: unknown[]) => {
    if (sql.startsWith(statement)) await act();
    return client.query(sql, values);
  };
  return Object.create(client, { query: { value: query } });
}
