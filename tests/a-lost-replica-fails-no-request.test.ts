import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec } from 'docker-compose';
import type { HttpResponse } from '../app/testing/http.ts';
import { noteFault } from './support/fault-figures.ts';
import {
  allServe,
  clientWith,
  docker,
  newAnswer,
  newQuestion,
  replicas,
  request,
  sql,
  stack,
  untilCached,
} from './support/stack.ts';
import { allKinds, failuresOf, type Sent, slowestOf, Traffic } from './support/traffic.ts';

/** Sends traffic during an action, and 3 s before and after it. No confirmed write may be lost. */
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
  expect(after.inDatabase).toEqual(after.confirmed);
  return sent;
}

/** A statement that waits for a condition. Starting psql for each check would take too long. */
const until = (condition: string) => `do $$ begin
  for attempt in 1..2000 loop
    if ${condition} then return; end if;
    perform pg_stat_clear_snapshot(), pg_sleep(0.01);
  end loop;
  raise exception 'the condition does not hold after 20 s';
end $$`;

/** Concurrent requests that wait for a lock of the database: five per replica, which has eight connections. */
const waitingRequests = 15;

/**
 * Sends requests that wait for a lock of the database, and kills a replica with some of these requests. The lock is released
 * after the kill, which PostgreSQL notices by the replica's idle connections.
 */
async function killWhileTheyWait(lock: string, send: () => Promise<HttpResponse>[]): Promise<HttpResponse[]> {
  const [, victim = ''] = await replicas();
  const network = '{{(index .NetworkSettings.Networks "elier-test_database").IPAddress}}';
  const address = await docker('inspect', '--format', network, victim);
  const ofVictim = `(select count(*) from pg_stat_activity where client_addr = '${address}' and`;
  await sql(until(`${ofVictim} state = 'idle') > ${waitingRequests / 3}`));
  // After a failure Nginx tries a replica with a single request before it sends more.
  for (let read = 0; read < 9; read++) await request('/health/live');
  try {
    const locking = sql(`${lock}; ${until(`${ofVictim} state = 'idle') = 0`)}`);
    const waiting = sql(until(`${ofVictim} wait_event_type = 'Lock') >= 3`));
    // Both statements have started, so the lock is held.
    await sql(until("(select count(*) from pg_stat_activity where wait_event = 'PgSleep') = 2"));
    const responses = Promise.all(send());
    await waiting;
    await docker('kill', '--signal', 'KILL', victim);
    await locking;
    return await responses;
  } finally {
    await docker('start', victim);
    await allServe();
  }
}

it.each(['stop', 'restart'])(
  'docker %s of a replica fails no request',
  async command => {
    const [, victim = ''] = await replicas();
    const sent = await during(`docker ${command} of a replica`, async () => {
      await docker(command, victim);
      await docker('start', victim);
      await sleep(5000);
    });
    expect(failuresOf(sent, ...allKinds)).toEqual([]);
  },
  60_000,
);

it('make roll fails no request', async () => {
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

it('a reload of Nginx with another configuration fails no request', async () => {
  const reload = (change: string) => exec('nginx', ['sh', '-c', `${change} && nginx -s reload`], stack);
  const file = '/etc/nginx/conf.d/loader-io.conf'; // included in the server block of server.conf
  try {
    const sent = await during('Nginx reloaded 3 times with a change', async () => {
      for (let time = 0; time < 3; time++) {
        const path = `/reloaded-${time}`;
        expect((await request(path)).status).toBe(404);
        await reload(`echo 'location = ${path} { return 204; }' >>${file}`);
        await untilServed(path);
        await sleep(1000);
      }
    });
    expect(failuresOf(sent, ...allKinds)).toEqual([]);
  } finally {
    await reload(`sed -i /reloaded-/d ${file}`);
  }
}, 60_000);

/** Nginx applies its configuration after `nginx -s reload` has ended. */
async function untilServed(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await request(path)).status === 204) return;
    await sleep(50);
  }
  throw new Error(`Nginx does not serve ${path} of its new configuration.`);
}

it('a killed replica fails no read, and its writes get a 503 that says how to repeat them', async () => {
  const [, victim = ''] = await replicas();
  const sent = await during('a replica killed 3 times', async () => {
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

it('reads in flight at a killed replica succeed', async () => {
  // Uncached, and too large for two in one statement (maxElements in app/batch.ts).
  const count = 49;
  const client = clientWith(waitingRequests);
  const responses = await killWhileTheyWait('lock table catalogue.product in access exclusive mode', () =>
    Array.from({ length: waitingRequests }, (_, index) =>
      client(`/products?page=${index + 1}&count=${count}`),
    ),
  );
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
  for (const [index, { json }] of responses.entries())
    expect([json.length, json[0].id]).toEqual([count, index * count + 1]);
}, 60_000);

it('writes in flight at a killed replica count once when repeated with their keys', async () => {
  const question = await newQuestion();
  const client = clientWith(waitingRequests);
  const vote = (key: number) =>
    client(`/qa/questions/${question}/helpful`, {
      method: 'PUT',
      headers: { 'Idempotency-Key': `held ${question} ${key}` },
    });
  const responses = await killWhileTheyWait(
    `select from qa.question where question_id = ${question} for update`,
    () => Array.from({ length: waitingRequests }, (_, key) => vote(key)),
  );

  const refused = responses.flatMap(({ status }, key) => (status === 204 ? [] : [key]));
  for (const key of refused)
    expect(responses[key]).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  const details = refused.map(key => responses[key]?.json.detail);
  // Statements of the other replicas may have timed out.
  const ofKilled = details.filter(detail => !detail.startsWith('The database cannot answer in time.'));
  expect(ofKilled.length).toBeGreaterThan(0);
  expect(ofKilled.length).toBeLessThan(waitingRequests);
  for (const detail of ofKilled)
    expect(detail).toContain('sent again with its Idempotency-Key it counts once');
  for (const key of refused) expect((await vote(key)).status).toBe(204);
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe(
    String(waitingRequests),
  );
}, 60_000);

it('a frozen replica fails no read, and delays none by more than 2 s', async () => {
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
  // Nginx waits for 1950 ms (proxy_read_timeout) before it tries another replica.
  expect(slowestOf(sent, 'cached', 'uncached')).toBeLessThan(2100);
  expect(slowestOf(sent, ...allKinds)).toBeGreaterThan(1900); // a request reached the frozen replica
  // The replica is then out of rotation, except for one request every 5 s (fail_timeout).
  const triedFrom_ms = frozen_ms + 2500;
  const tries = Math.ceil((thawed_ms - triedFrom_ms) / 5000);
  const slow = sent.filter(({ kind, at_ms, took_ms }) => {
    const isRead = kind === 'cached' || kind === 'uncached';
    return isRead && at_ms > triedFrom_ms && at_ms < thawed_ms && took_ms > 500;
  });
  expect(slow.length).toBeLessThanOrEqual(tries);
}, 60_000);

const written = { product_id: 1, body: 'Is anyone there?', name: 'Tester', email: 'tester@mail.example' };

it('a write at a frozen replica gets a 503 that says it may have been made', async () => {
  const question = await newQuestion();
  const names = await replicas();
  await docker('pause', ...names);
  const [plain, keyed, vote] = await Promise.all([
    request('/qa/questions', { method: 'POST', body: written }),
    request('/qa/questions', { method: 'POST', body: written, headers: { 'Idempotency-Key': 'frozen' } }),
    request(`/qa/questions/${question}/helpful`, { method: 'PUT' }),
  ]).finally(() => docker('unpause', ...names));
  const detailOf = ({ status, json }: HttpResponse) => `${status}: ${json.detail}`;
  for (const response of [plain, vote])
    expect(detailOf(response)).toMatch(/^503: .* look before sending it again/);
  expect(detailOf(keyed)).toMatch(/^503: .* sent again with its Idempotency-Key it counts once/);
  await allServe();
}, 60_000);

it('a write succeeds with all replicas out of rotation, and the next read shows it', async () => {
  const question = await newQuestion();
  const page = `/qa/questions/${question}/answers`;
  await untilCached(page);
  const names = await replicas();
  await docker('pause', ...names);
  const reads = Array.from({ length: 9 }, () => request('/health/live'));
  await sleep(2200); // longer than proxy_read_timeout
  await docker('unpause', ...names);
  await Promise.all(reads);

  expect((await newAnswer(question)).status).toBe(201);
  const { json } = await request(page);
  expect(json.results).toHaveLength(1);
  const [{ answer_id }] = json.results;
  expect((await request(`/qa/answers/${answer_id}/helpful`, { method: 'PUT' })).status).toBe(204);
  expect((await request(page)).json.results).toMatchObject([{ answer_id, helpfulness: 1 }]);
  await allServe();
}, 60_000);
