import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec } from 'docker-compose';
import { backUp, restore } from './support/backup-commands.ts';
import { currentTexts, JudgedTraffic, type Texts } from './support/judged-traffic.ts';
import { docker, newQuestion, replicas, request, sql, stack } from './support/stack.ts';

const run = promisify(execFile);
const make = (...args: string[]) => run('make', args, stack);
const postgres = 'elier-test-postgres-1';

let folder: string;
let before: Texts;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'elier-data-')), 'other');
  await make('generate', `OUT=${folder}`, 'SCALE=0.001', 'SEED=9');
  for (const name of ['questions', 'answers', 'answers_photos']) await rm(join(folder, `${name}.csv`));
  before = await currentTexts();
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(join(stack.cwd, 'elier.dump'), { force: true });
});

/** Judges traffic during an action, and 2 s before and after it. */
async function judgeDuring(catalogue: Texts, action: (traffic: JudgedTraffic) => Promise<unknown>) {
  const traffic = await JudgedTraffic.start(catalogue);
  try {
    await sleep(2000);
    await action(traffic);
    await sleep(2000);
  } finally {
    await traffic.end();
  }
  expect(traffic.stale).toEqual([]);
  expect(traffic.counts.reads).toBeGreaterThan(1000);
  expect(traffic.counts.votes).toBeGreaterThan(50);
}

it('a killed replica shows nothing stale, also when it held votes', async () => {
  await judgeDuring(before, async () => {
    const [, victim = ''] = await replicas();
    for (let time = 0; time < 2; time++) {
      await docker('kill', '--signal', 'KILL', victim);
      await docker('start', victim);
      await sleep(4000);
    }
  });
}, 120_000);

const killWorker =
  'for process in /proc/[0-9]*; do grep -q "^nginx: [w]orker" $process/cmdline && kill -KILL $(basename $process); done; true';

it('a killed worker of Nginx shows nothing stale', async () => {
  await judgeDuring(before, async () => {
    for (let time = 0; time < 3; time++) {
      await exec('nginx', ['bash', '-c', killWorker], stack);
      await sleep(3000);
    }
  });
}, 60_000);

it('a vote that PostgreSQL makes after its client got 503 shows within 1 s', async () => {
  const question = await newQuestion(7);
  const path = '/qa/questions?product_id=7&count=100';
  const shown = async () =>
    (await request(path)).json.results.find(({ question_id }: any) => question_id === question)
      ?.question_helpfulness;
  const made = async () =>
    Number(await sql(`select helpful from qa.question where question_id = ${question}`));
  expect(await shown()).toBe(0);
  // The commit waits for this standby, which does not exist, until PostgreSQL is told not to wait.
  const waitFor = (standby: string) =>
    sql(`alter system set synchronous_standby_names = '${standby}'`).then(() =>
      sql('select pg_reload_conf()'),
    );
  await waitFor('nobody');
  try {
    expect((await request(`/qa/questions/${question}/helpful`, { method: 'PUT' })).status).toBe(503);
    for (let read = 0; read < 20; read++) expect(await shown()).toBe(0);
    await sleep(2000);
  } finally {
    await waitFor('');
  }
  while ((await made()) !== 1) await sleep(20);
  await sleep(1100);
  expect(await shown()).toBe(1);
}, 60_000);

it('a vote that comes to a frozen PostgreSQL is made in time, or never', async () => {
  const question = await newQuestion(7);
  const path = `/qa/questions/${question}`;
  await docker('pause', postgres);
  try {
    expect((await request(`${path}/helpful`, { method: 'PUT' })).status).toBe(503);
    await sleep(7000);
  } finally {
    await docker('unpause', postgres);
  }
  await sleep(2000);
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe('0');
  await request(`${path}/report`, { method: 'PUT' });
}, 60_000);

// On connections that were open, Nginx's old worker serves for up to 5 s (keepalive_min_timeout).
it('an import shows within 6 s of its end', async () => {
  await judgeDuring(before, async traffic => {
    const after = new Map<string, string>();
    traffic.allow(before, after);
    await make('import', `DATA=${folder}`);
    await sleep(6000);
    traffic.allow(after);
    for (const [path, text] of await currentTexts()) after.set(path, text);
    expect(after.get('/products/1')).not.toBe(before.get('/products/1'));
  });
}, 120_000);

it('a restore by the commands of docs/operations.md shows nothing of later', async () => {
  await run('sh', ['-ec', backUp], stack);
  const now = await currentTexts();
  const question = await newQuestion(8);
  expect((await request('/qa/questions?product_id=8&count=100')).text).toContain(
    `"question_id":${question},`,
  );
  await run('sh', ['-ec', restore], stack);
  expect((await request('/qa/questions?product_id=8&count=100')).text).not.toContain(
    `"question_id":${question},`,
  );
  expect(await currentTexts()).toEqual(now);
  await judgeDuring(now, () => sleep(3000));
}, 180_000);
