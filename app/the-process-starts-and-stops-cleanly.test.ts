import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { Agent, createServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../db/testing/database.ts';
import { call } from './testing/http.ts';
import { freePort } from './testing/port.ts';
import { startReplica } from './testing/service.ts';

let database: TestDatabase;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const process of running) process.kill('SIGKILL');
  await database.drop();
});

const node = join(import.meta.dirname, '../node_modules/.bin/node');

/** Starts the process as production does; `ended` tells its exit code and all that it said. */
function start(settings: Record<string, string>) {
  const { host, port, database: name, user, password } = database.app;
  const environment = {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: name,
    PGUSER: user,
    PGPASSWORD: password,
  };
  const child = spawn(node, [join(import.meta.dirname, 'server.ts')], {
    env: { PATH: process.env.PATH, ...environment, ...settings },
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      said += data;
    });
  }
  const ended = new Promise<{ code: number | null; said: string }>(resolve => {
    child.on('close', code => {
      running.delete(child);
      resolve({ code, said });
    });
  });
  const hears = async (text: string) => {
    while (!said.includes(text)) {
      if (child.exitCode !== null) throw new Error(`The process ended and said: ${said}`);
      await sleep(20);
    }
  };
  return { child, ended, hears };
}

it.each([
  [{ PORT: 'many' }, 'PORT must be a whole number from 1 to 65535, not "many".'],
  [{ PORT: '70000' }, 'PORT must be a whole number from 1 to 65535, not "70000".'],
  [{ PGPORT: '-1' }, 'PGPORT must be a whole number from 1 to 65535, not "-1".'],
  [{ PGPASSWORD: '' }, 'PGPASSWORD is missing: set it, or let PGPASSWORD_FILE name a file that holds it.'],
  [{ PGPASSWORD_FILE: '/nowhere' }, 'PGPASSWORD_FILE names a file that cannot be read: /nowhere.'],
  [{ DB_CONNECTIONS: '2' }, 'DB_CONNECTIONS must be a whole number from 3 to 9, not "2".'],
  [{ CACHE_ENTRIES: '1.5' }, 'CACHE_ENTRIES must be a whole number from 1 to 1000000, not "1.5".'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of error, warn, info, debug, not "loud".'],
])('does not start with %j, and says why in one sentence', async (settings, sentence) => {
  const { code, said } = await start(settings).ended;
  expect([code, said]).toEqual([1, `${sentence}\n`]);
});

it.each(['shop', 'https://shop.example/', '*', 'https://Shop.example', 'null'])(
  'does not start with the origin %s beside another',
  async origin => {
    const { code, said } = await start({ CORS_ORIGIN: `http://localhost:3000, ${origin}` }).ended;
    expect([code, said]).toEqual([
      1,
      `CORS_ORIGIN must be * or origins such as https://shop.example, separated by commas or blanks, not "${origin}".\n`,
    ]);
  },
);

it('does not start on a port that is taken, and says so', async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as AddressInfo;
  const { code, said } = await start({ PORT: String(port) }).ended;
  other.close();
  expect([code, said]).toEqual([
    1,
    `PORT ${port} is taken by another program: stop it, or set PORT to another.\n`,
  ]);
});

it('does not start on a port that only root may use, and says so', async () => {
  jest.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server) {
    this.emit('error', Object.assign(new Error('listen EACCES'), { code: 'EACCES' }));
    return this;
  });
  await expect(startReplica(database.app)).rejects.toThrow(
    'PORT 0 is reserved for root on this machine: set PORT to 1024 or higher.',
  );
});

it('starts without a database, is alive, and ready once the database is there', async () => {
  const owner = await database.connect();
  await owner.query(`alter database ${database.owner.database} connection limit 0`);
  const port = await freePort();
  const { child, ended, hears } = start({ PORT: String(port) });
  await hears('serving');
  expect((await call(port, '/health/live')).status).toBe(200);
  expect((await call(port, '/health/ready')).status).toBe(503);
  await owner.query(`alter database ${database.owner.database} connection limit -1`);
  expect((await call(port, '/health/ready')).status).toBe(200);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

it('finishes what is running when it is told to stop, and accepts nothing new', async () => {
  const port = await freePort();
  const { child, ended, hears } = start({ PORT: String(port) });
  await hears('serving');
  const owner = await database.connect();
  await owner.query(`insert into qa.question (product_id, question_id, body, asker_name, asker_email)
    values (1, 1, 'b', 'n', 'e')`);
  await owner.query('begin; select from qa.question for update');

  const vote = call(port, '/qa/questions/1/helpful', { method: 'PUT' });
  const isWaiting = `select 1 from pg_stat_activity
    where datname = current_database() and usename = 'elier_app' and wait_event_type = 'Lock'`;
  while ((await owner.query(isWaiting)).rowCount === 0) {
    await sleep(10);
    await owner.query('select pg_stat_clear_snapshot()'); // within a transaction it is kept
  }
  child.kill('SIGTERM');
  await hears('stopping');
  await expect(call(port, '/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await owner.query('commit');
  expect((await vote).status).toBe(204);
  expect((await owner.query('select helpful from qa.question')).rows).toEqual([{ helpful: 1 }]);
  const { code, said } = await ended;
  expect(code).toBe(0);
  expect(said).toContain('stopped');
});

it('goes on answering on an open connection for a while, and asks it to close', async () => {
  const port = await freePort();
  const { child, ended, hears } = start({ PORT: String(port) });
  await hears('serving');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await call(port, '/products', { agent })).headers.connection).toBe('keep-alive');
  child.kill('SIGTERM');
  await hears('stopping');
  await sleep(1000);
  const { status, headers } = await call(port, '/health/ready', { agent });
  expect([status, headers.connection]).toEqual([200, 'close']);
  expect((await ended).code).toBe(0);
  agent.destroy();
});

it('logs a write without the e-mail address in it', async () => {
  const port = await freePort();
  const { child, ended, hears } = start({ PORT: String(port) });
  await hears('serving');
  const body = { body: 'my@body.example', name: 'me@name.example', email: 'me@mail.example', product_id: 1 };
  expect((await call(port, '/qa/questions?e=me@query.example', { method: 'POST', body })).status).toBe(404);
  child.kill('SIGTERM');
  const { said } = await ended;
  expect(said).toContain('"route":"/qa/questions"');
  expect(said).not.toContain('@');
});

it('logs no e-mail address that stands in a message or a failure', async () => {
  const script = `import { createLog } from '${join(import.meta.dirname, 'log.ts')}';
    createLog('info').error('from <me@mail.example>', { failure: 'Key (email)=(me@mail.example) exists' });`;
  const { stdout } = await promisify(execFile)(node, ['--input-type=module', '--eval', script]);
  expect(JSON.parse(stdout)).toMatchObject({
    message: 'from <(e-mail)>',
    failure: 'Key (email)=((e-mail)) exists',
  });
});
