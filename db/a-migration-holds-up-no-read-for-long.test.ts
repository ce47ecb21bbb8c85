import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { before } from './import/testing/before.ts';
import { UncertainCommit, withShortWaits } from './locks.ts';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { undo008 } from './testing/undo.ts';

let database: TestDatabase;
let owner: Client;
let dump: Client;
let reader: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  dump = await database.connect();
  reader = await database.connect('app');
  await undo008(owner);
});
afterEach(() => database.drop());

const run = (patience_ms?: number) => migrate(database.owner, database.app.password, patience_ms);
/** Takes the locks of pg_dump, until the commit. */
const beginDump = () => dump.query('begin; lock table qa.question, qa.answer in access share mode');
const name = '008_by_helpfulness.sql';

it('a migration that waits for a dump delays reads by less than 1 s, and is applied after the dump', async () => {
  await beginDump();
  let isOver = false;
  const migrating = run().finally(() => {
    isOver = true;
  });
  let longest_ms = 0;
  const read = async () => {
    const begun = performance.now();
    await reader.query('select question_id from qa.question');
    longest_ms = Math.max(longest_ms, performance.now() - begun);
  };
  for (const end = performance.now() + 3_000; performance.now() < end; ) await read();
  expect(isOver).toBe(false);
  await dump.query('commit');
  expect(await migrating).toEqual([name]);
  expect(longest_ms).toBeGreaterThan(100);
  expect(longest_ms).toBeLessThan(1_000);
});

it('a migration that does not get its locks says so', async () => {
  await beginDump();
  await expect(run(1_000)).rejects.toThrow(
    `Migration ${name} changed nothing: other sessions kept its tables locked for 1 s. Run it again when they have ended.`,
  );
  await dump.query('commit');
  expect((await owner.query('select from public.migration where number = 8')).rowCount).toBe(0);
  expect(await run()).toEqual([name]);
});

it('a migration whose connection is terminated fails with one sentence', async () => {
  await beginDump();
  const failing = expect(run()).rejects.toThrow(
    `Migration ${name} failed and changed nothing: terminating connection`,
  );
  const end = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await owner.query(end)).rowCount === 0) await sleep(10);
  await failing;
  await dump.query('commit');
  expect(await run()).toEqual([name]);
});

it('waits are limited for an owner without the right to set deadlock_timeout', async () => {
  const role = `plain_${database.owner.database}`;
  await owner.query(`create role ${role}; grant usage, create on schema qa to ${role};
    alter table qa.question owner to ${role}; set role ${role}`);
  await beginDump();
  const waits: unknown[] = [];
  const isDone = await withShortWaits(owner, { patience_ms: 1 }, async () => {
    const { rows } = await owner.query(
      `select current_setting('deadlock_timeout') as check, current_setting('lock_timeout') as wait`,
    );
    waits.push(...rows);
    await owner.query('alter table qa.question alter body set storage external');
    return true;
  });
  expect(waits).toEqual([{ check: '1s', wait: '1400ms' }]);
  expect(isDone).toBe(false);
  await dump.query('commit');
  await owner.query(
    `reset role; alter table qa.question owner to current_user; drop owned by ${role}; drop role ${role}`,
  );
});

it('a read waits less than 3 s for a suspended client that holds locks', async () => {
  const frozen = await database.connect();
  frozen.on('error', () => {});
  const failing = expect(
    withShortWaits(frozen, { patience_ms: 1 }, async () => {
      await frozen.query('alter table qa.question add added text; lock table qa.question');
      await sleep(4_000);
      return true;
    }),
  ).rejects.toThrow();
  const isLocked = `select from pg_locks where granted and mode = 'AccessExclusiveLock' and relation = 'qa.question'::regclass`;
  while ((await owner.query(isLocked)).rowCount === 0) await sleep(10);
  const begun = performance.now();
  expect((await reader.query('select question_id from qa.question')).rows).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(3_000);
  await failing;
  await expect(owner.query('select added from qa.question')).rejects.toThrow('does not exist');
});

it('an unconfirmed commit is distinguished from a failure', async () => {
  const client = await database.connect();
  client.on('error', () => {});
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const end = async () => {
    await owner.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await sleep(100);
  };
  await expect(
    withShortWaits(before(client, 'commit', end), { patience_ms: 1 }, async () => true),
  ).rejects.toThrow(UncertainCommit);
  // The server reports that it did not commit.
  await owner.query('create table public.parent (id integer primary key)');
  await owner.query(
    'create table public.child (id integer references public.parent deferrable initially deferred)',
  );
  const breakIt = async () => {
    await owner.query('insert into public.child values (1)');
    return true;
  };
  await expect(withShortWaits(owner, { patience_ms: 1 }, breakIt)).rejects.toThrow('foreign key');
});
