import { developmentFolder, startEmbedded } from '../db/embedded.ts';
import { SettingError } from '../db/environment.ts';
import { prepare } from '../db/prepare.ts';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { serve } from './serve.ts';

// `make dev`: the whole service on one machine without Docker, with a PostgreSQL of its own.
const appPassword = 'development';

try {
  const started = performance.now();
  const config = readConfig({ ...process.env, PGPASSWORD: appPassword });
  const postgres = await startEmbedded(developmentFolder());
  try {
    await prepare(postgres.owner, appPassword);
    const database = { ...postgres.owner, user: 'elier_app', password: appPassword };
    const service = await serve({ ...config, database }, createLog(config.logLevel));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`\nReady after ${seconds} s: http://localhost:${service.port}/products`);
    console.log('Ctrl-C stops the service and its PostgreSQL; the data stays.\n');
    await new Promise(resolve =>
      ['SIGINT', 'SIGTERM', 'SIGHUP'].map(signal => process.once(signal, resolve)),
    );
    await service.stop();
  } finally {
    await postgres.stop();
  }
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
