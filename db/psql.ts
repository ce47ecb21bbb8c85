import { spawnSync } from 'node:child_process';
import { developmentFolder, EmbeddedFailure, embeddedOwner } from './embedded.ts';

// Runs psql on the database of `make dev` for `make psql TARGET=dev`. Uses the system's psql, as the npm package has
// none.
process.on('SIGINT', () => {}); // left to psql, which cancels the current query

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
