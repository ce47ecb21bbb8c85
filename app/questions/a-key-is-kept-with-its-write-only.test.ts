import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { qaFiles } from '../../db/data-files.ts';
import type { ImportRequest } from '../../db/import/import-folder.ts';
import { createEmptyNext, createNext } from '../../db/import/next-schema.ts';
import { appliedMigrations } from '../../db/import/schema-version.ts';
import { swap } from '../../db/import/swap.ts';
import { before } from '../../db/import/testing/before.ts';
import { importFrom } from '../../db/import/testing/data-folder.ts';
import { silent } from '../../db/progress.ts';
import { emptyFolder } from '../../db/testing/temporary-folder.ts';
import { startTestService, type TestService } from '../testing/service.ts';

// The keys are Idempotency-Keys (idempotency.ts).

let service: TestService;
let data: string;
beforeEach(async () => {
  service = await startTestService();
  data = join(await emptyFolder(), 'rows');
  await mkdir(data);
  await cp(join(import.meta.dirname, '../testing/rows'), data, { recursive: true });
});
afterEach(() => service.stop());

const load = (more: Partial<ImportRequest> = {}) => importFrom(data, service.database.owner, more);

const send = (method: string, path: string, key: string, body?: object) =>
  service.call(path, { method, body, headers: { 'Idempotency-Key': key } });
const question = { body: 'A question', name: 'A name', email: 'a@mail.example', product_id: 2 };
const ask = () => send('POST', '/qa/questions', 'ask', question);
const vote = () => send('PUT', '/qa/questions/8/helpful', 'vote');
const votes = async () =>
  (await service.sql('select helpful from qa.question where question_id = 8'))[0].helpful;
const asked = async () =>
  (await service.sql(`select question_id from qa.question where body = 'A question'`)).map(
    ({ question_id }) => question_id,
  );
const keys = async () =>
  (await service.sql('select key from idempotency.kept order by key')).map(({ key }) => key);

test('an import that drops writes also drops their keys, so that a repeated request writes again', async () => {
  const votesBefore = await votes();
  expect([(await ask()).status, (await vote()).status]).toEqual([201, 204]);
  await load({ discardUserRows: true });
  expect(await keys()).toEqual([]);
  expect([await asked(), await votes()]).toEqual([[], votesBefore]);

  const again = await ask();
  expect(again.status).toBe(201);
  expect(await asked()).toEqual([again.json.question_id]);
  expect((await vote()).status).toBe(204);
  expect(await votes()).toBe(votesBefore + 1);
  expect((await ask()).text).toBe(again.text);
  expect((await vote()).status).toBe(204);
  expect(await asked()).toHaveLength(1);
  expect(await votes()).toBe(votesBefore + 1);
});

test.each([
  ['interrupted', true],
  ["refused because of users' rows", false],
])('an import that is %s keeps the keys', async (_, discardUserRows) => {
  const first = await ask();
  await vote();
  const votesBefore = await votes();
  const interruption = new AbortController();
  const begin = () => interruption.abort();
  const progress = { ...silent, begin };
  await expect(load({ discardUserRows, progress, signal: interruption.signal })).rejects.toThrow(
    'the served data is unchanged',
  );
  expect((await ask()).text).toBe(first.text);
  expect((await vote()).status).toBe(204);
  expect([await asked(), await votes()]).toEqual([[first.json.question_id], votesBefore]);
  const left = await service.sql(`select nspname from pg_namespace where nspname ~ '_(next|old)$'`);
  expect(left).toEqual([]);
});

test('an import drops the keys of writes that the owner removed', async () => {
  await ask();
  await service.sql('delete from qa.question where user_written');
  await load();
  const again = await ask();
  expect(await asked()).toEqual([again.json.question_id]);
});

test('an import of the catalogue keeps the keys', async () => {
  const first = await ask();
  for (const { name } of qaFiles) await rm(join(data, name));
  await load();
  expect((await ask()).text).toBe(first.text);
  expect(await asked()).toHaveLength(1);
});

test('a write that waits for the swap stores its key with its row in the new tables', async () => {
  // Prepares the statements on the old tables.
  for (let time = 0; time < 7; time++) await send('PUT', '/qa/questions/999/helpful', `none ${time}`);
  await send('POST', '/qa/questions', 'none', { ...question, product_id: 77 });
  const owner = await service.database.connect();
  await createNext(owner, 'qa');
  await createEmptyNext(owner, 'idempotency');
  await owner.query(`
    insert into qa_next.question overriding system value select * from qa.question;
    insert into qa_next.answer overriding system value select * from qa.answer;
    select setval('qa_next.question_question_id_seq', 100)`);

  const writes: ReturnType<typeof ask>[] = [];
  const writeAndWait = async () => {
    writes.push(ask(), vote());
    const waiting = `select from pg_locks where not granted and relation = 'qa.question'::regclass`;
    while ((await service.sql(waiting)).length < 2) await sleep(5);
  };
  await swap(before(owner, 'alter schema qa rename', writeAndWait), {
    schemas: ['qa', 'idempotency'],
    discardUserRows: false,
    migrations: await appliedMigrations(owner),
    patience_ms: 5_000,
  });
  expect((await Promise.all(writes)).map(({ status }) => status)).toEqual([201, 204]);
  expect(await keys()).toEqual(['ask', 'vote']);
  expect(await asked()).toEqual([101]);
  const votesAfter = await votes();
  expect([(await ask()).json.question_id, (await vote()).status]).toEqual([101, 204]);
  expect([await asked(), await votes()]).toEqual([[101], votesAfter]);
});
