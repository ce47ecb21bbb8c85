import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ps } from 'docker-compose';
import { noteFault } from './support/fault-figures.ts';
import { allServe, docker, port, replicas, request, sql, stack, untilStale } from './support/stack.ts';
import { failuresOf, isHonest, p95Of, slowestOf, Traffic } from './support/traffic.ts';

const cachedPage = '/products?page=71&count=8';
const compressed = { headers: { 'Accept-Encoding': 'gzip' } };
const checkedWithPrecondition = Array.from(
  { length: 6 },
  (_, index) => `/products?page=${71 + index}&count=9`,
);

let postgres = '';
/** The pages that are stale during a fault. */
const stalePages = (fault: string) =>
  Array.from({ length: 20 }, (_, index) => `/products?page=${index + 1}&count=${20 + names.indexOf(fault)}`);
const withoutReplicas = 'without replicas';

beforeAll(async () => {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  postgres = data.services.find(({ name }) => /-postgres-\d+$/.test(name))?.name ?? '';
  await request(cachedPage, compressed);
  await untilStale([cachedPage, ...checkedWithPrecondition, ...names.flatMap(stalePages)]);
}, 120_000);

it('a stale entry is kept when the app confirms it', async () => {
  const uncached = `${cachedPage}&x=%20`;
  const { text } = await request(uncached);
  for (const reader of [{}, compressed]) {
    const stale = await request(cachedPage, reader);
    expect(stale.headers['x-cache']).toBe('REVALIDATED');
    const again = await request(cachedPage, reader);
    expect([again.headers['x-cache'], again.text, again.headers.etag]).toEqual([
      'HIT',
      stale.text,
      stale.headers.etag,
    ]);
    if (reader === compressed) expect(again.headers['content-encoding']).toBe('gzip');
    else expect(again.text).toBe(text);
  }
});

// A worker of Nginx used to crash when the app confirmed a stale entry for a request whose precondition failed. All other
// clients of the worker lost their connections.
it('a request that revalidates a stale entry and fails its precondition closes no other connection', async () => {
  let closed = 0;
  const others = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('close', () => closed++));
  // The app judges the first; Nginx itself fails the other two, which have no value.
  const preconditions = [{ 'If-Match': '"x"' }, { 'If-Match': '' }, { 'If-Unmodified-Since': '' }];
  try {
    await sleep(200);
    for (const [index, path] of checkedWithPrecondition.entries()) {
      const headers = preconditions[index % 3] as Record<string, string>;
      expect((await request(path, { headers })).status).toBe(412);
    }
    await sleep(1000);
    expect(closed).toBe(0);
  } finally {
    for (const socket of others) socket.destroy();
  }
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

const names = [...Object.keys(faults), withoutReplicas];

it.each(Object.entries(faults))(
  'stale entries are served when PostgreSQL is %s',
  async (name, { leave, comeBack }) => {
    let [left_ms, away_ms, returns_ms, back_ms] = [0, 0, 0, 0];
    const traffic = await Traffic.during(async traffic => {
      await sleep(3000);
      left_ms = traffic.now_ms;
      await leave();
      try {
        away_ms = traffic.now_ms;
        traffic.readStale(stalePages(name));
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
    const stale = during(away_ms, returns_ms).filter(({ kind }) => kind === 'stale');
    expect(stale.length).toBeGreaterThan(100);
    for (const { status, cache } of stale) expect([status, cache]).toEqual([200, 'STALE']);
    expect(slowestOf(stale, 'stale')).toBeLessThan(2500);
    expect(slowestOf(during(away_ms + 2500, returns_ms), 'stale')).toBeLessThan(500);
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

it('stale entries are served without any replica', async () => {
  const all = await replicas();
  await docker('stop', ...all);
  try {
    for (const path of stalePages(withoutReplicas)) {
      const { status, headers } = await request(path);
      expect([status, headers['x-cache']]).toEqual([200, 'STALE']);
    }
  } finally {
    await docker('start', ...all);
    await allServe();
  }
}, 60_000);
