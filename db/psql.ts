import { spawnSync } from 'node:child_process';
import { developmentFolder, EmbeddedFailure, embeddedOwner } from './embedded.ts';

// The machine's psql on the database of `make dev`: `make psql TARGET=dev`. The npm package of PostgreSQL has none.
process.on('SIGINT', () => {}); // psql's own: it ends a query

try {
  const { host, port, database, user, password } = await embeddedOwner(developmentFolder());
  const { error, status } = spawnSync('psql', {
    stdio: 'inherit',
    env: {
      ...process.env,
      PGHOST: host,
      PGPORT: String(port),
      PGDATABASE: database,
      PGUSER: user,
      PGPASSWORD: password,
      PGOPTIONS: '-c search_path=catalogue,qa,public',
    },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new EmbeddedFailure(
      'make psql TARGET=dev needs psql: apt-get install postgresql-client, or brew install libpq.',
    );
  process.exitCode = status ?? 1;
} catch (error) {
  if (!(error instanceof EmbeddedFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
