import { Client } from 'pg';
import type { DatabaseSettings } from './environment.ts';

/** Names data sets without a name: an import by a release from before migration 009 leaves none. */
export async function nameDataSets(owner: DatabaseSettings): Promise<void> {
  const client = new Client(owner);
  await client.connect();
  try {
    for (const schema of ['catalogue', 'qa'])
      await client.query(
        `insert into ${schema}.data_set select gen_random_uuid() where not exists (select from ${schema}.data_set)`,
      );
  } finally {
    await client.end();
  }
}
