import { setTimeout as sleep } from 'node:timers/promises';
import { ps } from 'docker-compose';
import { noteFault } from './support/fault-figures.ts';
import { docker, sql, stack } from './support/stack.ts';
import { failuresOf, isHonest, p95Of, slowestOf, Traffic } from './support/traffic.ts';

let postgres = '';

beforeAll(async () => {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  postgres = data.services.find(({ name }) => /-postgres-\d+$/.test(name))?.name ?? '';
});

async function untilPostgresResponds(): Promise<void> {
  for (let attempt = 0; (await sql('select 1').catch(() => '')) !== '1'; attempt++) {
    if (attempt === 200) throw new Error('PostgreSQL does not respond after 20 s.');
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
  'cached reads are served when PostgreSQL is %s',
  async (name, { leave, comeBack }) => {
    let [left_ms, returns_ms, back_ms] = [0, 0, 0];
    const traffic = await Traffic.during(async traffic => {
      await sleep(3000);
      left_ms = traffic.now_ms;
      await leave();
      try {
        await sleep(10_000);
        returns_ms = traffic.now_ms;
      } finally {
        await comeBack();
      }
      await untilPostgresResponds();
      back_ms = traffic.now_ms;
      await sleep(7000);
    });
    const lost = await traffic.countLost();
    noteFault(`PostgreSQL ${name} for 10 s`, traffic.sent, lost);

    const during = (from_ms: number, to_ms = Number.POSITIVE_INFINITY) =>
      traffic.sent.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
    expect(failuresOf(traffic.sent, 'cached')).toEqual([]);
    expect(slowestOf(traffic.sent, 'cached')).toBeLessThan(500);
    // A shared machine may add 20 ms at any time.
    const before = p95Of(during(0, left_ms), 'cached');
    expect(p95Of(during(left_ms, returns_ms), 'cached')).toBeLessThan(before + 20);
    expect(traffic.sent.filter(sent => !isHonest(sent))).toEqual([]);
    expect(slowestOf(during(left_ms, back_ms), 'uncached', 'question', 'vote')).toBeLessThan(2100);
    expect(failuresOf(during(left_ms + 2000, back_ms - 2000), 'uncached').length).toBeGreaterThan(50);
    expect(failuresOf(during(back_ms + 5000), 'uncached', 'question', 'vote')).toEqual([]);

    expect(lost).toBe(0);
    await traffic.repeatFailed();
    const after = await traffic.counted();
    expect(after.inDatabase).toEqual(after.confirmed);
  },
  120_000,
);
