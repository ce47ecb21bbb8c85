import { setTimeout as sleep } from 'node:timers/promises';
import { upAll } from 'docker-compose';
import { noteFault } from './fault-figures.ts';
import { docker, ready, replicas, sql, stack } from './stack.ts';
import { failuresOf, Traffic } from './traffic.ts';

/** Writes that were answered in the 4 s before a crash: somewhat fewer than 10 a second. */
const answeredBefore = 35;
const others = ['elier-test-nginx-1', 'elier-test-postgres-1'];

/**
 * Nothing that was answered is missing; what was not is sent again, and then everything is there once. So are the keys:
 * sent again, what was answered before the crash counts no second time.
 */
async function expectNothingLost(fault: string, traffic: Traffic): Promise<void> {
  const lost = await traffic.countLost();
  noteFault(fault, traffic.sent, lost);
  expect(lost).toBe(0);
  await traffic.repeatFailed();
  expect(new Set(await traffic.repeatAnswered(answeredBefore))).toEqual(new Set([201, 204]));
  const after = await traffic.counted();
  expect(after.inDatabase).toEqual(after.answered);
}

it('of the whole stack', async () => {
  const traffic = await Traffic.start();
  await sleep(4000);
  await docker('kill', ...others, ...(await replicas()));
  await sleep(2000);
  await upAll({ ...stack, commandOptions: [...ready] });
  const back_ms = traffic.now_ms;
  await sleep(5000);
  await traffic.stop();
  const sinceThen = traffic.sent.filter(({ at_ms }) => at_ms > back_ms);
  expect(failuresOf(sinceThen, 'cached', 'uncached', 'question', 'vote')).toEqual([]);
  await expectNothingLost('the whole stack killed', traffic);
}, 120_000);

it('of PostgreSQL, when one of its processes needs more memory than there is', async () => {
  const traffic = await Traffic.start();
  await sleep(4000);
  await expect(sql("select length(repeat('x', 900000000))")).rejects.toMatchObject({
    err: expect.stringContaining('server closed the connection unexpectedly'),
  });
  const killed_ms = traffic.now_ms;
  await sleep(8000);
  await traffic.stop();
  expect(failuresOf(traffic.sent, 'cached')).toEqual([]);
  for (const { status, retryAfter } of traffic.sent)
    expect((status >= 200 && status < 300) || (status === 503 && retryAfter === '1')).toBe(true);
  const sinceThen = traffic.sent.filter(({ at_ms }) => at_ms > killed_ms + 5000);
  expect(failuresOf(sinceThen, 'uncached', 'question', 'vote')).toEqual([]);
  await expectNothingLost('a process of PostgreSQL out of memory', traffic);
}, 60_000);
