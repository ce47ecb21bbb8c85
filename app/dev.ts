import { join, relative } from 'node:path';
import {
  developmentFolder,
  developmentPassword,
  EmbeddedFailure,
  type EmbeddedPostgres,
  startEmbedded,
} from '../db/embedded.ts';
import { SettingError } from '../db/environment.ts';
import { readConfig } from './config.ts';
import { Changes } from './dev/changes.ts';
import { Processes } from './dev/processes.ts';

// `make dev`: the whole service without Docker, with a PostgreSQL of its own. It ends with status 1 when the first start fails. After
// that it restarts the service whenever a file changes, until a signal ends it.
const checkout = join(import.meta.dirname, '..');

// From the start, so that a Ctrl-C that comes early also stops PostgreSQL.
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => end.abort());

try {
  const started = performance.now();
  // The settings of another PostgreSQL do not count.
  const settings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  const { port } = readConfig({ ...settings, PGPASSWORD: developmentPassword });
  const postgres = await startEmbedded(developmentFolder());
  const changes = new Changes([join(checkout, 'app'), join(checkout, 'db')], end.signal);
  const processes = new Processes({ ...settings, ...placeOf(postgres) }, end.signal);
  try {
    if (!(await prepare(processes, postgres)) || !(await serve(processes))) {
      process.exitCode = end.signal.aborted ? 0 : 1;
    } else {
      console.log(`\nReady after ${secondsSince(started)} s: http://localhost:${port}/products`);
      console.log('A change of a file in app/ or db/ starts the service again.');
      console.log('Ctrl-C stops the service and its PostgreSQL; the data stays.\n');
      await restartOnChanges(changes, processes, postgres);
    }
  } finally {
    changes.close();
    await processes.stop();
    await postgres.stop();
  }
} catch (error) {
  if (!(error instanceof SettingError || error instanceof EmbeddedFailure)) throw error;
  if (!end.signal.aborted) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function restartOnChanges(
  changes: Changes,
  processes: Processes,
  postgres: EmbeddedPostgres,
): Promise<void> {
  for await (const paths of changes) {
    const started = performance.now();
    const names = paths.map(path => relative(checkout, path));
    await processes.stop();
    const isServing =
      (names.every(name => !name.startsWith('db')) || (await prepare(processes, postgres))) &&
      (await serve(processes));
    if (end.signal.aborted) return;
    const [first, ...others] = names;
    const changed = `${first}${others.length > 0 ? ` and ${others.length} more` : ''} changed`;
    console.log(
      isServing
        ? `${changed}: serving again after ${secondsSince(started)} s.`
        : `${changed}: the service does not run. The next change of a file tries again.`,
    );
  }
}

/** Migrations, the app's password and the sample, as `prepare` does in the stack. */
function prepare(processes: Processes, { owner }: EmbeddedPostgres): Promise<boolean> {
  const { user: PGUSER, password: PGPASSWORD } = owner;
  return processes.finish(join(checkout, 'db/prepare.ts'), {
    PGUSER,
    PGPASSWORD,
    APP_PASSWORD: developmentPassword,
  });
}

function serve(processes: Processes): Promise<boolean> {
  return processes.serve(join(import.meta.dirname, 'dev/service.ts'), { PGPASSWORD: developmentPassword });
}

function placeOf({ owner: { host, port, database } }: EmbeddedPostgres) {
  return { PGHOST: host, PGPORT: String(port), PGDATABASE: database };
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
