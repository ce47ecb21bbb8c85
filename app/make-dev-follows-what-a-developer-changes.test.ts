import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkout, copyCheckout, type Run } from './testing/checkout.ts';
import { call } from './testing/http.ts';
import { freePort } from './testing/port.ts';

jest.setTimeout(60_000);

let checkout: Checkout;
let port: number;
let dev: Run;
beforeAll(async () => {
  checkout = copyCheckout();
  port = await freePort();
  dev = checkout.start('app/dev.ts', { PORT: String(port) });
  await dev.says('Applied 001_roles.sql.\nApplied 002_catalogue.sql.\n');
  await dev.says(`: http://localhost:${port}/products\n`);
});
afterAll(async () => {
  dev.child.kill('SIGTERM');
  await dev.ended;
  checkout.remove();
});

const path = (name: string) => join(checkout.folder, name);
const read = (name: string) => readFileSync(path(name), 'utf8');
/** As many editors do: beside the file, and then by a rename. */
const replace = (name: string, text: string) => {
  writeFileSync(path(`${name}.new`), text);
  renameSync(path(`${name}.new`), path(name));
};
const live = async () => (await call(port, '/health/live')).json;
const pidFile = () => join(checkout.data, 'data/postmaster.pid');
const serverPid = () => readFileSync(pidFile(), 'utf8').split('\n')[0];

const health = 'app/health.ts';

it('serves what a file of app/ says as soon as it is saved, on the same PostgreSQL', async () => {
  const [original, pid] = [read(health), serverPid()];
  for (const status of ['first', 'second']) {
    replace(health, original.replace('"ok"', `"${status}"`));
    const saved = performance.now();
    await dev.says(`${health} changed: serving again after`);
    expect(performance.now() - saved).toBeLessThan(3000); // a second on a machine with nothing else to do
    expect(await live()).toEqual({ status });
  }
  writeFileSync(path(health), original);
  await dev.says(`${health} changed: serving again after`);
  expect(await live()).toEqual({ status: 'ok' });
  expect(serverPid()).toBe(pid);
});

it('shows a syntax error, and serves again after the next save', async () => {
  const original = read(health);
  replace(health, `${original}\nlet = ;`);
  await dev.says('let = ;');
  await dev.says(`${health} changed: the service does not run. The next change of a file tries again.`);
  replace(health, original);
  await dev.says('serving again after');
  expect(await live()).toEqual({ status: 'ok' });
});

it('notices a file in a new folder, and that it is gone', async () => {
  const [original, file] = [read('app/server.ts'), 'app/greeting/hello.ts'];
  writeFileSync(path('app/hello.test.ts'), 'a test is no part of the service');
  await sleep(200);
  mkdirSync(path('app/greeting'));
  writeFileSync(path(file), "console.log('Hello.');");
  await dev.says(`${file} changed: serving again after`);
  replace('app/server.ts', `import './greeting/hello.ts';\n${original}`);
  await dev.says('Hello.\n');
  await dev.says('app/server.ts changed: serving again after');
  rmSync(path(file));
  await dev.says(`${file} changed: the service does not run.`);
  replace('app/server.ts', original);
  await dev.says('app/server.ts changed: serving again after');
});

it('applies a new migration and says so; one that fails is named, with its line and what is wrong', async () => {
  const migration = 'db/migrations/990_note.sql';
  writeFileSync(path(migration), '-- a note\ncreate table qa.note (id integr)');
  await dev.says(
    'Migration 990_note.sql failed at line 2 and changed nothing: type "integr" does not exist.',
  );
  await dev.says('The next change of a file tries again.');
  writeFileSync(path(migration), '-- a note\ncreate table qa.note (id integer)');
  await dev.says('Applied 990_note.sql.');
  await dev.says('serving again after');
  writeFileSync(path(migration), 'create table qa.note (id bigint)');
  await dev.says('Migration 990_note.sql was applied to this database and has been changed since: ');
  await dev.says('make reset (TARGET=dev');
  rmSync(path(migration)); // The schema is now that of a later release.
  await dev.says('serving again after');
  writeFileSync(path(migration), '-- a note\ncreate table qa.note (id integer)');
  await dev.says('serving again after');
});

it.each([
  ['991-note.sql', 'db/migrations/991-note.sql must be named with three digits, an underscore and words'],
  ['991_note.SQL', 'db/migrations/991_note.SQL must be named with three digits, an underscore and words'],
  ['006_note.sql', 'db/migrations has two migrations of one number: 006_idempotency.sql and 006_note.sql.'],
])('names a migration with a wrong name: %s', async (name, sentence) => {
  writeFileSync(path(`db/migrations/${name}`), 'select 1');
  writeFileSync(path('db/migrate.ts'), read('db/migrate.ts'));
  await dev.says(sentence);
  rmSync(path(`db/migrations/${name}`));
  writeFileSync(path('db/migrate.ts'), read('db/migrate.ts'));
  await dev.says('serving again after');
});

it('ends what it started, with status 0, when it is told to end', async () => {
  dev.child.kill('SIGINT');
  expect((await dev.ended).status).toBe(0);
  await expect(live()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(existsSync(pidFile())).toBe(false);
});
