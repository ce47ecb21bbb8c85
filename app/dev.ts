import { developmentFolder, startEmbedded } from '../db/embedded.ts';
import { SettingError } from '../db/environment.ts';
import { migrate } from '../db/migrate.ts';
import { importSample } from '../db/sample.ts';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { serve } from './serve.ts';

// `make dev`: the whole service on one machine without Docker, with a PostgreSQL of its own.
const appPassword = 'development';

// From the start, so that a Ctrl-C that comes early also stops PostgreSQL.
const told = new Promise(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
});

try {
  const started = performance.now();
  // Where PostgreSQL is, nobody need say: it is its own.
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  const config = readConfig({ ...Object.fromEntries(settings), PGPASSWORD: appPassword });
  const postgres = await startEmbedded(developmentFolder());
  try {
    await migrate(postgres.owner, appPassword);
    const rows = await importSample(postgres.owner);
    if (rows > 0) console.log(`The database was empty: imported a sample of ${rows} rows.`);
    const database = { ...postgres.owner, user: 'elier_app', password: appPassword };
    const service = await serve({ ...config, database }, createLog(config.logLevel));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`\nReady after ${seconds} s: http://localhost:${service.port}/products`);
    console.log('Ctrl-C stops the service and its PostgreSQL; the data stays.\n');
    await told;
    await service.stop();
  } finally {
    await postgres.stop();
  }
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
