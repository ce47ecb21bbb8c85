import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { importFrom, qaFolder } from './import/testing/data-folder.ts';
import { migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { undo008 } from './testing/undo.ts';

let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  await owner.query(`alter system set autovacuum_naptime = '1s'`);
  await owner.query('select pg_reload_conf()');
});
afterAll(async () => {
  await owner.query('alter system reset autovacuum_naptime');
  await owner.query('select pg_reload_conf()');
  await database.drop();
});

/** Starts an autovacuum of qa.question that takes minutes. */
async function startAutovacuum(): Promise<void> {
  await owner.query(`
    insert into qa.question (product_id, body, asker_name, user_written)
      select 1, repeat('b', 1000), 'n', false from generate_series(1, 20000);
    delete from qa.question where question_id % 2 = 0;
    alter table qa.question set (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
      autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`);
  while (!(await isVacuuming())) await sleep(50);
}
async function isVacuuming(): Promise<boolean> {
  const { rowCount } = await owner.query(`
    select from pg_locks join pg_stat_activity using (pid)
     where backend_type = 'autovacuum worker' and granted and mode = 'ShareUpdateExclusiveLock'
       and relation = 'qa.question'::regclass`);
  return rowCount === 1;
}

test('an autovacuum yields to the swap of an import', async () => {
  const folder = await qaFolder({ 'questions.csv': ['1,5,"next",1,"n","e@x.com",0,3'] });
  await startAutovacuum();
  await importFrom(folder, database.owner);
  expect((await owner.query('select body from qa.question')).rows).toEqual([{ body: 'next' }]);
});

test('an autovacuum yields to a migration', async () => {
  await undo008(owner);
  await startAutovacuum();
  expect(await migrate(database.owner, database.app.password)).toEqual(['008_by_helpfulness.sql']);
});
