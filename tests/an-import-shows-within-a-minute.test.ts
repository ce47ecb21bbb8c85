import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { newQuestion, request, sql, stack } from './support/stack.ts';

const run = promisify(execFile);
const make = (...args: string[]) => run('make', args, stack);

let folder: string;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'elier-data-')), 'new');
  await make('generate', `OUT=${folder}`, 'SCALE=0.002', 'SEED=7');
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** Reads cached and uncached pages until a command ends. Returns its output and the reads that failed. */
async function readDuring(command: ReturnType<typeof make>, paths: readonly string[]) {
  const failures: string[] = [];
  let isOver = false;
  const reading = (async () => {
    for (let number = 0; !isOver; number++) {
      for (const path of [
        ...paths,
        `/products?page=${300 + number}&count=3`,
        `/qa/questions?product_id=${1 + number}&count=3`,
      ]) {
        const { status, text } = await request(path);
        if (status !== 200) failures.push(`${path}: ${status} ${text}`);
      }
      await sleep(100);
    }
  })();
  const { stdout } = await command.finally(() => {
    isOver = true;
  });
  await reading;
  return { stdout, failures };
}

it('an import refuses to replace rows of users, says how many there are, and changes nothing', async () => {
  await newQuestion();
  const tables = () =>
    sql(`select md5(string_agg(product::text, '' order by product_id)) from catalogue.product;
         select md5(string_agg(question::text, '' order by question_id)) from qa.question`);
  const before = await tables();
  await expect(make('import', `DATA=${folder}`)).rejects.toMatchObject({
    stderr: expect.stringMatching(/[0-9]+ questions?.*DISCARD_USER_ROWS=yes/),
  });
  expect(await tables()).toBe(before);
}, 60_000);

it('an import of the catalogue counts every line, shows within 60 s on every path, and fails no read', async () => {
  for (const name of ['questions', 'answers', 'answers_photos']) await rm(join(folder, `${name}.csv`));
  const paths = ['/products', '/products/1', '/products/2/styles', '/products/3/related'];
  const before = await Promise.all(paths.map(path => request(path)));

  const { stdout, failures } = await readDuring(make('import', `DATA=${folder}`), paths);
  const imported = performance.now();
  expect(failures).toEqual([]);
  expect(stdout).toMatch(/^product\.csv +2,000 +2,000 +0 +0$/m);

  const missing = new Set(paths);
  while (missing.size > 0) {
    for (const path of missing) {
      const { status, text } = await request(path);
      expect(status).toBe(200);
      if (text !== before[paths.indexOf(path)]?.text) missing.delete(path);
    }
    expect(performance.now() - imported).toBeLessThan(60_000);
    await sleep(500);
  }
  expect((await request('/products/2000')).json.id).toBe(2000);
}, 120_000);
