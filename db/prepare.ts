import { databaseSettings, secretSetting } from './environment.ts';
import { migrate } from './migrate.ts';
import { importSample } from './sample.ts';

// Makes the database that PGHOST … name ready to be served, as its owner: its schema up to date, the app's role with
// the password in APP_PASSWORD(_FILE), and a generated sample in it when it is empty. Safe to run again.
try {
  const owner = databaseSettings(process.env);
  for (const name of await migrate(owner, secretSetting(process.env, 'APP_PASSWORD'))) {
    console.log(`Applied ${name}.`);
  }
  const rows = await importSample(owner);
  console.log(
    rows > 0 ? `The database was empty: imported a sample of ${rows} rows.` : 'The database is ready.',
  );
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  console.error(message || code); // a connection that failed on several addresses has a code only
  process.exitCode = 1;
}
