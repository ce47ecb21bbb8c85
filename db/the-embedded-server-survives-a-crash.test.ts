import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbedded } from './embedded.ts';

let folder: string;
let server: EmbeddedPostgres;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'elier-test-'));
  server = await startEmbedded(folder);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const run = async (statement: string) => {
  const client = new Client(server.owner);
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
};

it('the embedded server uses a built-in locale that exists on every machine', async () => {
  const rules =
    'select datlocprovider as by, datlocale as locale from pg_database where datname = current_database()';
  expect(await run(rules)).toEqual([{ by: 'b', locale: 'C.UTF-8' }]);
  expect(await run("select upper('é') as upper")).toEqual([{ upper: 'É' }]);
});

it('a second start uses the running server', async () => {
  await run('create table kept as select 1 as one');
  const again = await startEmbedded(folder);
  expect(again.owner).toEqual(server.owner);
});

it('a stop leaves a server running that another client uses', async () => {
  const other = new Client(server.owner);
  await other.connect();
  await server.stop();
  expect((await other.query('select one from kept')).rows).toEqual([{ one: 1 }]);
  await other.end();
});

it('a crashed server starts again, even if its old process id is in use', async () => {
  const pidFile = join(folder, 'data', 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  process.kill(Number(lines[0]), 'SIGKILL');
  await sleep(1000); // until its child processes have exited
  await writeFile(pidFile, ['1', ...lines.slice(1)].join('\n'));
  server = await startEmbedded(folder);
  expect(await run('select one from kept')).toEqual([{ one: 1 }]);
});
