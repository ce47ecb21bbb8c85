import { rm } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { developmentFolder, developmentPassword, embeddedOwner, isEmbeddedRunning } from './embedded.ts';
import { type DatabaseSettings, databaseSettings, secretSetting } from './environment.ts';
import { migrate } from './migrate.ts';
import { replaceDatabase } from './replace-database.ts';
import { importSample } from './sample.ts';

// Resets a database to a generated sample for `make reset`, which asks for confirmation first. The app keeps serving
// the old data until the sample is ready.
const { target } = new Command('reset')
  .description('Replaces all data of the database that PGHOST … name by the generated sample.')
  .addOption(new Option('--target <database>', 'dev: the database of "make dev"').choices(['dev']))
  .parse()
  .opts<{ target?: 'dev' }>();

try {
  if (!target) await reset(databaseSettings(process.env), secretSetting(process.env, 'APP_PASSWORD'));
  else if (await isEmbeddedRunning(developmentFolder()))
    await reset(await embeddedOwner(developmentFolder()), developmentPassword);
  else {
    await rm(developmentFolder(), { recursive: true, force: true }); // works in any state of the folder
    console.log('All data of make dev is deleted: its next start makes the sample.');
  }
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  console.error(message || code); // a connection error for several addresses has no message
  process.exitCode = 1;
}

async function reset(owner: DatabaseSettings, appPassword: string): Promise<void> {
  let rows = 0;
  await replaceDatabase(owner, async next => {
    await migrate(next, appPassword);
    rows = await importSample(next);
  });
  console.log(`All data is deleted: the database holds a sample of ${rows} rows.`);
}
