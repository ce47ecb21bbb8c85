import { setTimeout as sleep } from 'node:timers/promises';
import { ps } from 'docker-compose';
import { docker, sql, stack } from './stack.ts';
import { failuresOf, type Sent, slowestOf, Traffic } from './traffic.ts';

let postgres = '';
beforeAll(async () => {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  postgres = data.services.find(({ name }) => /-postgres-\d+$/.test(name))?.name ?? '';
});

async function isBack(): Promise<void> {
  for (;;) {
    const answer = await sql('select 1').catch(() => '');
    if (answer === '1') return;
    await sleep(100);
  }
}

const faults: Record<string, { leave: () => Promise<unknown>; comeBack: () => Promise<unknown> }> = {
  stopped: { leave: () => docker('stop', postgres), comeBack: () => docker('start', postgres) },
  killed: { leave: () => docker('kill', postgres), comeBack: () => docker('start', postgres) },
  frozen: { leave: () => docker('pause', postgres), comeBack: () => docker('unpause', postgres) },
  'cut off': {
    leave: () => docker('network', 'disconnect', 'elier-test_database', postgres),
    comeBack: () => docker('network', 'connect', '--alias', 'postgres', 'elier-test_database', postgres),
  },
};

it.each(Object.entries(faults))(
  'when it is %s',
  async (_, { leave, comeBack }) => {
    const traffic = await Traffic.start();
    await sleep(3000);
    const left_ms = traffic.now_ms;
    await leave();
    await sleep(10_000);
    await comeBack();
    await isBack();
    const back_ms = traffic.now_ms;
    await sleep(8000);
    await traffic.stop();

    const during = (from_ms: number, to_ms = Number.POSITIVE_INFINITY) =>
      traffic.sent.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
    expect(failuresOf(traffic.sent, 'cached')).toEqual([]);
    expect(slowestOf(traffic.sent, 'cached')).toBeLessThan(500);
    const isHonest = ({ status, retryAfter }: Sent) => status < 300 || (status === 503 && retryAfter === '1');
    expect(traffic.sent.filter(sent => sent.status === 0 || !isHonest(sent))).toEqual([]);
    expect(slowestOf(during(left_ms, back_ms), 'uncached', 'question', 'vote')).toBeLessThan(2100);
    expect(failuresOf(during(left_ms + 2000, back_ms - 2000), 'uncached').length).toBeGreaterThan(50);
    expect(failuresOf(during(back_ms + 5000), 'uncached', 'question', 'vote')).toEqual([]);

    const { answered, inDatabase } = await traffic.counted();
    expect(inDatabase.questions).toBeGreaterThanOrEqual(answered.questions);
    expect(inDatabase.votes).toBeGreaterThanOrEqual(answered.votes);
    await traffic.repeatFailed();
    const after = await traffic.counted();
    expect(after.inDatabase).toEqual(after.answered);
  },
  120_000,
);
