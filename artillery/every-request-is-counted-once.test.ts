import { latencyOf } from './latencies.ts';
import { Tally } from './tally.ts';

const endpoint = 'GET /products';
const good = { status: 200, cache: 'HIT', error: undefined };

test('percentiles cover all responses, exact to 0.5 %', () => {
  const tally = new Tally(5000);
  for (let latency_ms = 1000; latency_ms >= 1; latency_ms--) {
    tally.sent(`${latency_ms}`, endpoint, 0);
    tally.responded(`${latency_ms}`, good, latency_ms);
  }
  const { latencies } = tally.sample(1000).endpoints[endpoint] ?? fail();
  expect(latencyOf(latencies)).toEqual({
    min: 1,
    mean: 500.5,
    p50: 500,
    p95: 950,
    p99: 990,
    p999: 999,
    max: 1000,
  });
});

test('a latency is rounded to three significant digits', () => {
  const tally = new Tally(5000);
  tally.sent('a', endpoint, 0);
  tally.responded('a', good, 1234.5);
  expect(tally.sample(2000).endpoints[endpoint]?.latencies).toEqual({ 1230: 1 });
});

test('without responses, all latencies are 0', () => {
  expect(Object.values(latencyOf({}))).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test('a sample contains the counts since the previous sample', () => {
  const tally = new Tally(5000);
  tally.visit();
  tally.sent('a', endpoint, 0);
  expect(tally.sample(1000)).toMatchObject({
    visits: 1,
    endpoints: { [endpoint]: { requests: 1, finished: 0, statusCodes: {} } },
  });
  tally.responded('a', { status: 503, cache: 'MISS', error: 'status 503' }, 1500);
  const second = tally.sample(2000);
  expect(second).toMatchObject({ visits: 0, endpoints: { [endpoint]: { requests: 0, finished: 1 } } });
  expect(second.endpoints[endpoint]).toMatchObject({
    statusCodes: { 503: 1 },
    errors: { 'status 503': 1 },
    cache: { MISS: 1 },
  });
  expect(tally.sample(3000).endpoints).toEqual({});
});

test('a timed-out request fails with the timeout as its latency, and a late response is ignored', () => {
  const tally = new Tally(5000);
  tally.sent('a', endpoint, 0);
  tally.sent('b', endpoint, 900);
  expect(tally.sample(5100).endpoints[endpoint]).toMatchObject({
    finished: 1,
    errors: { 'no response within 5 s': 1 },
    latencies: { 5000: 1 },
  });
  tally.responded('a', good, 5200);
  tally.failed('a', 'ECONNRESET', 5200);
  tally.failed('b', 'ECONNRESET', 5200);
  tally.sent('c', endpoint, 0);
  tally.responded('c', good, 5001);
  expect(tally.sample(6000).endpoints[endpoint]).toMatchObject({
    finished: 2,
    errors: { ECONNRESET: 1, 'no response within 5 s': 1 },
    statusCodes: {},
    latencies: { 5000: 1 },
  });
});

function fail(): never {
  throw new Error('nothing was counted');
}
