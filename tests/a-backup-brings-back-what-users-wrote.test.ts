import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { backUp, restore } from './support/backup-commands.ts';
import { newAnswer, newQuestion, request, sql, stack } from './support/stack.ts';

const runShell = (commands: string) => promisify(execFile)('sh', ['-ec', commands], stack);

/** A digest of all rows of all tables. */
const contents = () =>
  sql(`select string_agg(md5(query_to_xml(format('select * from %I.%I t order by t::text', schemaname, tablename), true, true, '')::text), ' ' order by schemaname, tablename)
    from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);

afterAll(() => rm(join(stack.cwd, 'elier.dump'), { force: true }));

it('the commands of docs/operations.md back up and restore all rows and Idempotency-Keys', async () => {
  const question = await newQuestion(6);
  const path = `/qa/questions/${question}/answers`;
  const vote = () =>
    request(`/qa/questions/${question}/helpful`, {
      method: 'PUT',
      headers: { 'Idempotency-Key': `${path} once` },
    });
  expect((await newAnswer(question, { photos: ['https://images.example/kept'] })).status).toBe(201);
  expect((await vote()).status).toBe(204);
  const { text } = await request(path);
  const before = await contents();

  await runShell(backUp);
  await newAnswer(question);
  expect((await request(path)).json.results).toHaveLength(2);
  await runShell(restore);

  expect(await contents()).toBe(before);
  expect((await request(path)).text).toBe(text);
  expect((await vote()).status).toBe(204); // a repeat, because its key was restored
  expect(await contents()).toBe(before);
  expect((await newAnswer(question)).status).toBe(201);
}, 180_000);
