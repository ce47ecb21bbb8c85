import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deathsSince, newQuestion, request, sql, stack, startTimes } from './support/stack.ts';

const make = (...args: string[]) => promisify(execFile)('make', args, stack);

const nameOf = async (product: number) => (await request(`/products/${product}`)).json.name;

it('make reset without a terminal or CONFIRM=yes refuses, and changes nothing', async () => {
  const question = await newQuestion();
  await expect(make('reset')).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /^make reset deletes all data of the stack elier-test, .*: add CONFIRM=yes .*\.$/m,
    ),
  });
  expect(await sql(`select count(*) from qa.question where question_id = ${question}`)).toBe('1');
});

it('make reset deletes the rows of users, while requests get the old data or 503', async () => {
  await newQuestion();
  const started = await startTimes();
  const statuses = new Set<number>();
  let isOver = false;
  const reading = (async () => {
    for (let number = 1; !isOver; number++) {
      for (const path of [`/products/${number % 900}/styles`, `/qa/questions?product_id=${number}`]) {
        statuses.add((await request(path.replace('/0/', '/1/'))).status);
      }
    }
  })();
  const { stdout } = await make('reset', 'CONFIRM=yes').finally(() => {
    isOver = true;
  });
  await reading;
  expect(stdout).toMatch(/^All data is deleted: the database holds a sample of [0-9]+ rows\.$/m);
  expect([...statuses].filter(status => status !== 200 && status !== 503)).toEqual([]);
  expect(await sql('select count(*) from qa.question where user_written')).toBe('0');
  expect(await deathsSince(started)).toEqual([]);
  const added = await newQuestion();
  const { json } = await request('/qa/questions?product_id=1&count=500');
  expect(json.results.map(({ question_id }: { question_id: number }) => question_id)).toContain(added);
}, 120_000);

it('make reset leaves no stale page after a minute', async () => {
  const sample = await nameOf(11);
  await sql(
    `update catalogue.product set summary = replace(summary, '"${sample}"', '"Of before"') where product_id = 11;
     update catalogue.data_set set name = default`,
  );
  const changed = performance.now();
  while ((await nameOf(11)) !== 'Of before') {
    expect(performance.now() - changed).toBeLessThan(60_000);
    await sleep(500);
  }
  await make('reset', 'CONFIRM=yes');
  const reset = performance.now();
  while ((await nameOf(11)) !== sample) {
    expect(performance.now() - reset).toBeLessThan(60_000);
    await sleep(500);
  }
}, 180_000);

it('make psql finds the tables of both services without a schema name', async () => {
  const psql = promisify(execFile)('make', ['--silent', 'psql'], stack);
  psql.child.stdin?.end('select count(*) from product; select count(*) > 0 from question;');
  expect((await psql).stdout).toMatch(/^ +1000$[\s\S]*^ t$/m);
});
