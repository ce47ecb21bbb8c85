import { databaseSettings, secretSetting } from './environment.ts';
import { migrate } from './migrate.ts';
import { nameDataSets } from './name-data-sets.ts';
import { importSample } from './sample.ts';

// Prepares the database that PGHOST … name, as its owner: brings the schema up to date, sets the app's password from
// APP_PASSWORD(_FILE), and imports a generated sample if the database is empty. Safe to run again.
try {
  const owner = databaseSettings(process.env);
  for (const name of await migrate(owner, secretSetting(process.env, 'APP_PASSWORD'))) {
    console.log(`Applied ${name}.`);
  }
  await nameDataSets(owner);
  const rows = await importSample(owner);
  console.log(
    rows > 0 ? `The database was empty: imported a sample of ${rows} rows.` : 'The database is ready.',
  );
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  console.error(message || code); // a connection error for several addresses has no message
  process.exitCode = 1;
}
