import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartOne, upAll } from 'docker-compose';
import { noteFault } from './support/fault-figures.ts';
import { allServe, docker, port, ready, replicas, request, sql, stack } from './support/stack.ts';
import { allKinds, failuresOf, isHonest, Traffic } from './support/traffic.ts';

// least_conn still counts the requests in flight of the killed worker.
afterAll(async () => {
  await restartOne('nginx', stack);
  await allServe();
}, 60_000);

/** Writes confirmed in the 4 s before a crash, at almost 10 per second. */
const confirmedBefore = 35;
const others = ['elier-test-nginx-1', 'elier-test-postgres-1'];

/**
 * Expects each confirmed write in the database. Repeated failed writes must count once. Repeated confirmed writes must not
 * count again, because their keys have survived too.
 */
async function expectNothingLost(fault: string, traffic: Traffic): Promise<void> {
  const lost = await traffic.countLost();
  noteFault(fault, traffic.sent, lost);
  expect(lost).toBe(0);
  await traffic.repeatFailed();
  expect(new Set(await traffic.repeatConfirmed(confirmedBefore))).toEqual(new Set([201, 204]));
  const after = await traffic.counted();
  expect(after.inDatabase).toEqual(after.confirmed);
}

it('confirmed writes survive a kill of the whole stack', async () => {
  let back_ms = 0;
  const traffic = await Traffic.during(async traffic => {
    await sleep(4000);
    await docker('kill', ...others, ...(await replicas()));
    await sleep(2000);
    await upAll({ ...stack, commandOptions: [...ready] });
    back_ms = traffic.now_ms;
    await sleep(5000);
  });
  const sinceThen = traffic.sent.filter(({ at_ms }) => at_ms > back_ms);
  expect(failuresOf(sinceThen, ...allKinds)).toEqual([]);
  await expectNothingLost('the whole stack killed', traffic);
}, 120_000);

it('confirmed writes survive PostgreSQL out of memory', async () => {
  let killed_ms = 0;
  const traffic = await Traffic.during(async traffic => {
    await sleep(4000);
    await expect(sql("select length(repeat('x', 900000000))")).rejects.toMatchObject({
      err: expect.stringContaining('server closed the connection unexpectedly'),
    });
    killed_ms = traffic.now_ms;
    await sleep(8000);
  });
  expect(failuresOf(traffic.sent, 'cached')).toEqual([]);
  expect(traffic.sent.filter(sent => !isHonest(sent))).toEqual([]);
  const sinceThen = traffic.sent.filter(({ at_ms }) => at_ms > killed_ms + 5000);
  expect(failuresOf(sinceThen, 'uncached', 'question', 'vote')).toEqual([]);
  await expectNothingLost('a process of PostgreSQL out of memory', traffic);
}, 60_000);

/** Uses up the memory of a container, so that the kernel kills the victim. */
async function runOutOfMemory(container: string, victim: string): Promise<void> {
  const script = `for process in /proc/[0-9]*; do
      read -rd '' name <$process/cmdline && [[ $name == "$0" ]] && echo 1000 >$process/oom_score_adj
    done
    all=x; while :; do all=$all$all; done`;
  const before = await idOf(container, victim);
  await expect(docker('exec', container, 'bash', '-c', script, victim)).rejects.toMatchObject({ code: 137 });
  for (let attempt = 0; [before, undefined].includes(await idOf(container, victim)); attempt++) {
    if (attempt === 100) throw new Error(`${victim} has not restarted in ${container} within 10 s.`);
    await sleep(100);
  }
}

/** The id of a container's process on the host; undefined without such a process. */
async function idOf(container: string, process: string): Promise<number | undefined> {
  const rows = (await docker('top', container, '-o', 'pid,cmd').catch(() => '')).split('\n');
  const row = rows.find(row =>
    row
      .trim()
      .replace(/^\d+ +/, '')
      .startsWith(process),
  );
  return row === undefined ? undefined : Number.parseInt(row, 10);
}

it('confirmed writes survive a replica out of memory, and no read fails', async () => {
  const [, victim = ''] = await replicas();
  const traffic = await Traffic.during(async () => {
    await sleep(4000);
    await runOutOfMemory(victim, 'node');
    await sleep(8000); // The replica listens and is back in rotation.
  });
  expect(failuresOf(traffic.sent, 'cached', 'uncached')).toEqual([]);
  expect(traffic.sent.filter(sent => !isHonest(sent))).toEqual([]);
  await expectNothingLost('a replica out of memory', traffic);
}, 60_000);

it('confirmed writes survive a worker of Nginx out of memory, and a new worker uses the same cache', async () => {
  const startedAt = () => docker('inspect', '-f', '{{.State.StartedAt}}', 'elier-test-nginx-1');
  const before = await startedAt();
  let killed_ms = 0;
  const traffic = await Traffic.during(async traffic => {
    await sleep(4000);
    // These reads with bodies take all slots of an address.
    for (let sender = 0; sender < 100; sender++)
      connect({ host: '127.0.0.1', port })
        .on('error', () => {})
        .write('GET /products/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n');
    await sleep(500);
    killed_ms = traffic.now_ms;
    await runOutOfMemory('elier-test-nginx-1', 'nginx: worker process');
    await sleep(6000);
  });
  expect(await startedAt()).toBe(before);
  expect((await request('/products/1', { body: 'x' })).status).toBe(200); // The slots of the killed worker are free.
  const sinceThen = traffic.sent.filter(({ at_ms }) => at_ms > killed_ms + 3000);
  expect(failuresOf(sinceThen, ...allKinds)).toEqual([]);
  const hits = sinceThen.filter(({ kind, cache }) => kind === 'cached' && cache === 'HIT');
  expect(hits.length).toBeGreaterThan(100);
  await expectNothingLost('the worker of Nginx out of memory', traffic);
}, 60_000);
