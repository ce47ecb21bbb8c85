import type { DatabaseSettings } from './environment.ts';
import { migrate } from './migrate.ts';

/** Makes a database ready to be served: its schema up to date and, when it is empty, a sample data set in it. */
export async function prepare(owner: DatabaseSettings, appPassword: string): Promise<void> {
  const applied = await migrate(owner, appPassword);
  for (const name of applied) console.log(`applied ${name}`);
}
