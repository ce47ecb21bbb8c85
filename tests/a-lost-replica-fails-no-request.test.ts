import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec } from 'docker-compose';
import type { Answer } from '../app/testing/http.ts';
import { noteFault } from './fault-figures.ts';
import {
  allServe,
  ask,
  clientWith,
  docker,
  newAnswer,
  newQuestion,
  replicas,
  sql,
  stack,
  untilCached,
} from './stack.ts';
import { allKinds, failuresOf, type Sent, slowestOf, Traffic } from './traffic.ts';

/** Traffic while something is done, and for 3 s before and after it. Nothing of it may be lost, whatever is done. */
async function during(fault: string, action: (traffic: Traffic) => Promise<void>): Promise<readonly Sent[]> {
  const traffic = await Traffic.during(async traffic => {
    await sleep(3000);
    await action(traffic);
    await sleep(3000);
  });
  const sent = [...traffic.sent];
  const lost = await traffic.countLost();
  noteFault(fault, sent, lost);
  expect(lost).toBe(0);
  await traffic.repeatFailed();
  const after = await traffic.counted();
  expect(after.inDatabase).toEqual(after.answered);
  return sent;
}

/** A statement that ends when the condition holds: a start of psql for each look would take too long. */
const until = (condition: string) => `do $$ begin
  for attempt in 1..2000 loop
    if ${condition} then return; end if;
    perform pg_stat_clear_snapshot(), pg_sleep(0.01);
  end loop;
  raise exception 'what is waited for does not come';
end $$`;

/** Requests that wait for a lock of the database at once: five a replica, which has eight connections. */
const held = 15;

/**
 * Sends requests that wait for a lock of the database, kills a replica that holds some of them, and has the lock let go
 * once it is dead: PostgreSQL sees that at once by its idle connections, of which there must be some.
 */
async function killWhileTheyWait(lock: string, send: () => Promise<Answer>[]): Promise<Answer[]> {
  const [, victim = ''] = await replicas();
  const network = '{{(index .NetworkSettings.Networks "elier-test_database").IPAddress}}';
  const address = await docker('inspect', '--format', network, victim);
  const ofVictim = `(select count(*) from pg_stat_activity where client_addr = '${address}' and`;
  await sql(until(`${ofVictim} state = 'idle') > ${held / 3}`));
  // After a failure Nginx tries a replica with one request, and only then sends it more.
  for (let read = 0; read < 9; read++) await ask('/health/live');
  try {
    const locking = sql(`${lock}; ${until(`${ofVictim} state = 'idle') = 0`)}`);
    const waiting = sql(until(`${ofVictim} wait_event_type = 'Lock') >= 3`));
    // Both have begun: the lock is held, and whoever waits for it is seen at once.
    await sql(until("(select count(*) from pg_stat_activity where wait_event = 'PgSleep') = 2"));
    const answers = Promise.all(send());
    await waiting;
    await docker('kill', '--signal', 'KILL', victim);
    await locking;
    return await answers;
  } finally {
    await docker('start', victim);
    await allServe();
  }
}

it.each(['stop', 'restart'])(
  'when one is told to %s',
  async command => {
    const [, victim = ''] = await replicas();
    const sent = await during(`a replica told to ${command}`, async () => {
      await docker(command, victim);
      await docker('start', victim);
      await sleep(5000);
    });
    expect(failuresOf(sent, ...allKinds)).toEqual([]);
  },
  60_000,
);

it('when all are replaced one by one by make roll', async () => {
  const before = await replicas();
  const ids = () =>
    Promise.all(before.map(name => docker('inspect', '-f', '{{.Id}}', name).catch(() => name)));
  const idsBefore = await ids();
  const sent = await during('make roll', async () => {
    await promisify(execFile)('make', ['roll'], stack);
  });
  expect(failuresOf(sent, ...allKinds)).toEqual([]);
  expect(await replicas()).toHaveLength(3);
  for (const id of await ids()) expect(idsBefore).not.toContain(id);
}, 180_000);

it('when Nginx is reloaded with another configuration', async () => {
  const reload = (change: string) => exec('nginx', ['sh', '-c', `${change} && nginx -s reload`], stack);
  const file = '/etc/nginx/conf.d/loader-io.conf'; // within the server of server.conf
  try {
    const sent = await during('Nginx reloaded with a change, 3 times', async () => {
      for (let time = 0; time < 3; time++) {
        const path = `/reloaded-${time}`;
        expect((await ask(path)).status).toBe(404);
        await reload(`echo 'location = ${path} { return 204; }' >>${file}`);
        await untilThereIs(path);
        await sleep(1000);
      }
    });
    expect(failuresOf(sent, ...allKinds)).toEqual([]);
  } finally {
    await reload(`sed -i /reloaded-/d ${file}`);
  }
}, 60_000);

/** Nginx reads its configuration after the command has ended. */
async function untilThereIs(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await ask(path)).status === 204) return;
    await sleep(50);
  }
  throw new Error(`There is no ${path}: Nginx did not take its new configuration.`);
}

it('that is a read, when one is killed; a write that it held is told that it may be sent again', async () => {
  const [, victim = ''] = await replicas();
  const sent = await during('a replica killed, 3 times', async () => {
    for (let time = 0; time < 3; time++) {
      await docker('kill', '--signal', 'KILL', victim);
      await sleep(500);
      await docker('start', victim);
      await sleep(3000);
    }
  });
  expect(failuresOf(sent, 'cached', 'uncached')).toEqual([]);
  for (const { kind, status, retryAfter, detail } of sent)
    if (status !== 200 && status !== 201 && status !== 204)
      expect({ kind, status, retryAfter, detail }).toMatchObject({
        status: 503,
        retryAfter: '1',
        detail: expect.stringContaining('sent again with its Idempotency-Key'),
      });
}, 60_000);

it('that is a read, when the one that holds it is killed', async () => {
  // Not in a cache, and with too many elements for two to be asked in one statement (maxElements in app/batch.ts).
  const count = 49;
  const client = clientWith(held);
  const answers = await killWhileTheyWait('lock table catalogue.product in access exclusive mode', () =>
    Array.from({ length: held }, (_, index) => client(`/products?page=${index + 1}&count=${count}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  for (const [index, { json }] of answers.entries())
    expect([json.length, json[0].id]).toEqual([count, index * count + 1]);
}, 60_000);

it('that is a write, when the one that holds it is killed: sent again with its key, each counts once', async () => {
  const question = await newQuestion();
  const client = clientWith(held);
  const vote = (key: number) =>
    client(`/qa/questions/${question}/helpful`, {
      method: 'PUT',
      headers: { 'Idempotency-Key': `held ${question} ${key}` },
    });
  const answers = await killWhileTheyWait(
    `select from qa.question where question_id = ${question} for update`,
    () => Array.from({ length: held }, (_, key) => vote(key)),
  );

  const refused = answers.flatMap(({ status }, key) => (status === 204 ? [] : [key]));
  for (const key of refused)
    expect(answers[key]).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  const details = refused.map(key => answers[key]?.json.detail);
  // The other replicas may have waited for the lock for longer than a statement may take.
  const ofTheDead = details.filter(detail => !detail.startsWith('The database cannot answer in time.'));
  expect(ofTheDead.length).toBeGreaterThan(0);
  expect(ofTheDead.length).toBeLessThan(held);
  for (const detail of ofTheDead)
    expect(detail).toContain('sent again with its Idempotency-Key it counts once');
  for (const key of refused) expect((await vote(key)).status).toBe(204);
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe(String(held));
}, 60_000);

it('that is a read, when one freezes, and delays none by more than 2 s', async () => {
  const [, victim = ''] = await replicas();
  let frozen_ms = 0;
  let thawed_ms = 0;
  const sent = await during('a replica frozen for 12 s', async traffic => {
    await docker('pause', victim);
    frozen_ms = traffic.now_ms;
    await sleep(12_000);
    thawed_ms = traffic.now_ms;
    await docker('unpause', victim);
  });
  expect(failuresOf(sent, 'cached', 'uncached')).toEqual([]);
  // Nginx waits for 1950 ms (proxy_read_timeout) and asks another replica, which takes a few more.
  expect(slowestOf(sent, 'cached', 'uncached')).toBeLessThan(2100);
  expect(slowestOf(sent, ...allKinds)).toBeGreaterThan(1900); // somebody asked the frozen one, or this shows nothing
  // From then on it is passed over, but for one request every 5 s (fail_timeout) that tries it.
  const triedFrom_ms = frozen_ms + 2500;
  const tries = Math.ceil((thawed_ms - triedFrom_ms) / 5000);
  const slow = sent.filter(({ kind, at_ms, took_ms }) => {
    const isRead = kind === 'cached' || kind === 'uncached';
    return isRead && at_ms > triedFrom_ms && at_ms < thawed_ms && took_ms > 500;
  });
  expect(slow.length).toBeLessThanOrEqual(tries);
}, 60_000);

const asked = { product_id: 1, body: 'Is anyone there?', name: 'Tester', email: 'tester@mail.example' };

it('that is a write, when the one that it was sent to freezes, is told that it may have been made', async () => {
  const question = await newQuestion();
  const names = await replicas();
  await docker('pause', ...names);
  const [plain, keyed, vote] = await Promise.all([
    ask('/qa/questions', { method: 'POST', body: asked }),
    ask('/qa/questions', { method: 'POST', body: asked, headers: { 'Idempotency-Key': 'frozen' } }),
    ask(`/qa/questions/${question}/helpful`, { method: 'PUT' }),
  ]).finally(() => docker('unpause', ...names));
  const detailOf = ({ status, json }: Answer) => `${status}: ${json.detail}`;
  for (const answer of [plain, vote])
    expect(detailOf(answer)).toMatch(/^503: .* look before sending it again/);
  expect(detailOf(keyed)).toMatch(/^503: .* sent again with its Idempotency-Key it counts once/);
  await allServe();
}, 60_000);

it('that is a write, when Nginx passes over all of them and has sent it to none; the next read shows it', async () => {
  const question = await newQuestion();
  const page = `/qa/questions/${question}/answers`;
  await untilCached(page);
  const names = await replicas();
  await docker('pause', ...names);
  const reads = Array.from({ length: 9 }, () => ask('/health/live'));
  await sleep(2200); // longer than Nginx waits (proxy_read_timeout)
  await docker('unpause', ...names);
  await Promise.all(reads);

  expect((await newAnswer(question)).status).toBe(201);
  const { json } = await ask(page);
  expect(json.results).toHaveLength(1);
  const [{ answer_id }] = json.results;
  expect((await ask(`/qa/answers/${answer_id}/helpful`, { method: 'PUT' })).status).toBe(204);
  expect((await ask(page)).json.results).toMatchObject([{ answer_id, helpfulness: 1 }]);
  await allServe();
}, 60_000);
