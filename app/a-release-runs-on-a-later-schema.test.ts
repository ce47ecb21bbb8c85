import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../db/migrate.ts';
import { type Checkout, copyCheckout } from './testing/checkout.ts';
import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
let later: Checkout;
beforeEach(async () => {
  service = await startTestService();
  later = copyCheckout();
});
afterEach(async () => {
  later.remove();
  await service.stop();
});

/** Runs a program of a later release, which has one more migration. */
async function runLater(program: string, migration: string) {
  writeFileSync(join(later.folder, 'db/migrations/099_later.sql'), migration);
  const { host, port, database, user, password } = service.database.owner;
  return later.start(program, {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    APP_PASSWORD: service.database.app.password,
  }).ended;
}

const migrateHere = () => migrate(service.database.owner, service.database.app.password);

it('a release serves and starts on the schema of a later one', async () => {
  const added = 'alter table qa.question add topic text;';
  expect(await runLater('db/pending-breaks.ts', added)).toEqual({ status: 0, said: '' });
  expect(await runLater('db/prepare.ts', added)).toMatchObject({ status: 0 });
  expect(await migrateHere()).toEqual([]);
  expect(await service.call('/products/1')).toMatchObject({ status: 200 });
  const body = { product_id: 1, body: 'Does it run small?', name: 'Ana', email: 'ana@mail.example' };
  expect(await service.call('/qa/questions', { method: 'POST', body })).toMatchObject({ status: 201 });
  expect((await service.call('/qa/questions?product_id=1')).text).toContain(body.body);
});

it('a release refuses a schema that breaks it', async () => {
  const breaking = '-- Breaks earlier releases: they read the column.\nalter table qa.question drop body;';
  expect(await runLater('db/pending-breaks.ts', breaking)).toEqual({ status: 0, said: '099_later.sql\n' });
  await expect(migrateHere()).resolves.toEqual([]); // nothing was applied yet
  expect(await runLater('db/prepare.ts', breaking)).toMatchObject({ status: 0 });
  expect(await runLater('db/pending-breaks.ts', breaking)).toEqual({ status: 0, said: '' });
  await expect(migrateHere()).rejects.toThrow(
    'Migration 099_later.sql was applied to this database and breaks releases that do not have it',
  );
});

it('a database of a release without the record takes it over', async () => {
  await service.sql('alter table public.migration drop breaks_earlier');
  expect(await migrateHere()).toEqual([]);
  expect(await service.sql('select distinct breaks_earlier from public.migration')).toEqual([
    { breaks_earlier: false },
  ]);
});
