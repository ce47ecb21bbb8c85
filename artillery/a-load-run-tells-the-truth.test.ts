import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtilleryFailure, type Generator } from './artillery.ts';
import { commitOf } from './checkout.ts';
import type { LiveLine } from './live-line.ts';
import { loadTest } from './load-test.ts';
import { optionsFrom } from './options.ts';
import { verdictOf } from './report/verdict.ts';
import { type FakeTarget, startFakeTarget } from './testing/fake-target.ts';
import { countsOf, goesOnSeeing, type Second, sees } from './testing/samples.ts';

/** What a scenario of product pages, of three requests each, sends at 99 requests a second. */
const asAsked: Second = { visits: 33, requests: 99, latency_ms: 2 };

let target: FakeTarget;
beforeAll(async () => {
  target = await startFakeTarget();
});
afterAll(() => target.stop());

const silent: LiveLine = { say() {}, begin() {}, period() {}, end() {} };

function run(generate: Generator, given: object = {}, more: object = {}) {
  const asked = { scenario: 'overview', rate: '99', duration: '4', target: target.url, ...given };
  const { signal } = new AbortController();
  return loadTest({ ...optionsFrom(asked, {}), settings: {}, generate, live: silent, signal, ...more });
}
const stages = { scenario: 'stages', rate: '' };

test('a run that kept its promises says what it sent and saw', async () => {
  const result = await run(sees(asAsked));
  expect(verdictOf(result).title).toBe('All 4 promises kept');
  expect(result.stages).toHaveLength(1);
  expect(result.stages[0]).toMatchObject({
    name: '99 a second',
    asked_s: 99,
    offered_s: 99,
    seconds: 4,
    isJudged: true,
    requests: 396,
    errors: {},
    statusCodes: { 200: 396 },
    cache: { HIT: 396 },
    latency_ms: { p50: 2, max: 2 },
    endpoints: [{ name: 'GET /products', requests: 396, errors: 0 }],
  });
  expect(result.stages[0]?.periods.map(({ at_s, requests_s }) => [at_s, requests_s])).toEqual([
    [1, 99],
    [2, 99],
    [3, 99],
    [4, 99],
  ]);
});

test('it says what was tested on what, and with which limit on writes', async () => {
  const settings = { WRITE_RATE: '5' };
  const checkout = commitOf(import.meta.dirname);
  const { tested } = await run(sees(asAsked), {}, { settings });
  expect(tested).toEqual({
    Products: '1,000, found by asking the target',
    'API version': '1',
    ...(checkout && { Checkout: checkout }),
    Generator: expect.stringMatching(
      /^Artillery 2\.[0-9.]+, Node 24\.[0-9.]+, [0-9]+ cores of .+, [0-9.]+ GiB$/,
    ),
    'Write limit': "5 a second of one address, 200 at once, by this checkout's settings",
  });
  const remote = await run(sees(asAsked), {}, { isLocal: false });
  expect(remote.tested['Write limit']).toBe('unknown, of the target');
  expect(remote.tested.Checkout).toBeUndefined();
});

test('it names the commit of a checkout, whether it was changed, and none where there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'elier-checkout-'));
  const git = (...words: string[]) => execFileSync('git', words, { cwd: folder });
  try {
    expect(commitOf(folder)).toBeUndefined();
    git('init', '-q');
    git('-c', 'user.name=a', '-c', 'user.email=a@a.example', 'commit', '-q', '--allow-empty', '-m', 'Empty');
    expect(commitOf(folder)).toMatch(/^[0-9a-f]{7,}$/);
    writeFileSync(join(folder, 'new'), '');
    expect(commitOf(folder)).toMatch(/^[0-9a-f]{7,} and changes$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('it says how to remove what it wrote, here and elsewhere, and nothing when it wrote nothing', async () => {
  expect((await run(sees(asAsked))).cleanUp).toBeUndefined();
  expect((await run(sees(asAsked), { scenario: 'questions' })).cleanUp).toMatch(
    /^make load-clean removes the 10 questions/,
  );
  const remote = await run(sees(asAsked), { scenario: 'questions' }, { isLocal: false });
  expect(remote.cleanUp).toContain('artillery/load-clean.sql');
});

describe('a promise is broken, and named with what was measured', () => {
  test.each([
    ['error rate', { ...asAsked, errors: { 'status 503': 1 } }, /error rate below 1 % \(it was 1\.01 %\)/],
    ['p95', { ...asAsked, latency_ms: 120 }, /p95 below 100 ms \(it was 120 ms\)/],
    ['p99', { ...asAsked, latency_ms: 300 }, /p99 below 250 ms \(it was 300 ms\)/],
    ['unanswered requests', { ...asAsked, lost: 2 }, /error rate below 1 % \(it was 2\.02 %\)/],
    [
      'no request at all',
      { visits: 33, requests: 0, latency_ms: 1 },
      /error rate below 1 % \(it was 100 %\)/,
    ],
  ])('%s', async (_, second, sentence) => {
    const { state, reason } = verdictOf(await run(sees(second)));
    expect(state).toBe('broken');
    expect(reason).toMatch(sentence);
  });

  test('by the worst of several stages', async () => {
    const generate: Generator = (load, signal) =>
      sees({ visits: load.arrivals_s, requests: load.arrivals_s * 3, latency_ms: load.arrivals_s })(
        load,
        signal,
      );
    const { promises } = await run(generate, stages);
    expect(promises.find(({ promise }) => promise.startsWith('p95'))).toMatchObject({
      measured: expect.stringMatching(/ at 5,000 a second$/),
      isKept: false,
    });
  });

  describe('by an endpoint that always fails', () => {
    const alsoSees = (failed_s: number): Generator =>
      async function* (load, signal) {
        const failed = { requests: failed_s, latency_ms: 1, errors: { 'status 503': failed_s } };
        for await (const { endpoints, ...sample } of sees({ ...asAsked, requests: 999 })(load, signal))
          yield { ...sample, endpoints: { ...endpoints, 'POST /qa/questions': countsOf(failed) } };
      };

    test('however few of all requests it has', async () => {
      const { promises } = await run(alsoSees(3));
      expect(promises.slice(0, 2)).toEqual([
        { promise: 'error rate below 1 %', measured: '0.3 %', isKept: true },
        {
          promise: 'error rate of each endpoint below 10 %',
          measured: '100 % of POST /qa/questions',
          isKept: false,
        },
      ]);
    });

    test('unless these are fewer than 10', async () => {
      const { promises } = await run(alsoSees(2));
      expect(promises[1]).toMatchObject({ measured: '0 %', isKept: true });
    });
  });
});

test('a rate that is below its limit reads so, however little it is', async () => {
  const { promises } = await run(sees({ ...asAsked, requests: 1_000_000, errors: { 'status 503': 9_999 } }));
  expect(promises[0]).toMatchObject({ measured: '0.9999 %', isKept: true });
});

describe('the generator was the limit', () => {
  test('when it did not begin its visits in time: such a stage is not judged', async () => {
    const result = await run(sees({ visits: 20, requests: 60, latency_ms: 900 }));
    expect(verdictOf(result).state).toBe('unjudged');
    expect(result.stages[0]?.isJudged).toBe(false);
    expect(result.generatorLimit).toBe(
      'Of 99 requests a second Artillery sent 60, 60.61 % of what was asked for: 39.39 % of the visits did not begin in time.',
    );
  });

  test('when answers take it much longer than the probe beside it', async () => {
    const slow = goesOnSeeing({ visits: 33, requests: 60, latency_ms: 2000 });
    const { generatorLimit } = await run(slow, { duration: '30' });
    expect(generatorLimit).toMatch(/it saw answers take [0-9,.]+ times as long/);
  });

  test('not when the probe sees that the target is slow', async () => {
    const slow = await startFakeTarget({ slow_ms: 150 });
    const late = goesOnSeeing({ visits: 33, requests: 60, latency_ms: 2000 });
    const given = { duration: '30', target: slow.url };
    const result = await run(late, given).finally(() => slow.stop());
    expect(result.generatorLimit).toBeUndefined();
    expect(verdictOf(result).reason).toContain('p95');
  });

  test('not when visits end early because the target fails', async () => {
    const failing = sees({ visits: 33, requests: 40, latency_ms: 1, errors: { ECONNREFUSED: 33 } });
    const result = await run(failing);
    expect(result.generatorLimit).toBeUndefined();
    expect(verdictOf(result).reason).toContain('error rate');
  });

  test('ends the stages there, and judges those before', async () => {
    const upTo1000: Generator = (load, signal) => {
      const visits = Math.min(load.arrivals_s, 500);
      return sees({ visits, requests: visits * 2.7, latency_ms: 2 })(load, signal);
    };
    const result = await run(upTo1000, stages);
    expect(result.stages.map(({ name, isJudged }) => [name, isJudged])).toEqual([
      ['100 a second', true],
      ['1,000 a second', true],
      ['3,000 a second', false],
    ]);
    expect(verdictOf(result)).toEqual({
      state: 'kept',
      title: 'All 4 promises kept',
      reason: 'Kept up to 1,000 a second. Not judged: 3,000 a second. Not tried: 5,000 a second.',
    });
    expect(result.generatorLimit).toContain('Of 3,000 requests a second');
  });
});

test('stages that broke a promise and ended early say up to which rate all were kept', async () => {
  const slowFrom1000: Generator = (load, signal) => {
    const visits = Math.min(load.arrivals_s, 500);
    return sees({ visits, requests: visits * 2.7, latency_ms: visits > 100 ? 300 : 2 })(load, signal);
  };
  const { state, reason } = verdictOf(await run(slowFrom1000, stages));
  expect(state).toBe('broken');
  expect(reason).toBe(
    'Broken: p95 below 250 ms (it was 300 ms at 1,000 a second). ' +
      'Kept up to 100 a second. Not judged: 3,000 a second. Not tried: 5,000 a second.',
  );
});

describe('when Artillery falls', () => {
  /** In the stage of 1,000 requests a second, after so many seconds of it. */
  const fallsAfter = (seconds: number): Generator =>
    async function* (load, signal) {
      const second = { visits: load.arrivals_s, requests: load.arrivals_s * 3, latency_ms: 2 };
      const falls = load.arrivals_s > 100;
      const plan = falls ? { ...load.plan, seconds } : load.plan;
      yield* sees(second)({ ...load, plan }, signal);
      if (falls) throw new ArtilleryFailure('Artillery was ended by SIGKILL.');
    };

  test.each([
    ['before anything was seen in a stage', 0, ['100 a second'], 'Not tried: 1,000 a second, 3,000'],
    [
      'in the middle of a stage',
      2,
      ['100 a second', '1,000 a second'],
      'Not judged: 1,000 a second. Not tried',
    ],
  ])('%s, the stages before are judged', async (_, seconds, names, sentence) => {
    const result = await run(fallsAfter(seconds), stages);
    expect(result.stages.map(({ name }) => name)).toEqual(names);
    expect(result.generatorLimit).toBe('Artillery was ended by SIGKILL.');
    expect(verdictOf(result).title).toBe('All 4 promises kept');
    expect(verdictOf(result).reason).toContain(`Kept up to 100 a second. ${sentence}`);
  });

  test('what it saw until then is reported, and not judged', async () => {
    const result = await run(fallsAfter(2), { scenario: 'overview', rate: '900' });
    expect(result.stages).toMatchObject([{ seconds: 2, offered_s: 900, isJudged: false }]);
    expect(verdictOf(result).state).toBe('unjudged');
  });

  test('before anything was seen there is no run, and what was written before is told', async () => {
    const said: string[] = [];
    const live = { ...silent, say: (text: string) => said.push(text) };
    const failed = run(fallsAfter(0), { scenario: 'questions', rate: '900' }, { live });
    await expect(failed).rejects.toThrow('Artillery was ended by SIGKILL.');
    expect(said.at(-1)).toMatch(/^make load-clean removes the 10 questions /);
  });
});

test('a run that cannot write its questions says how to remove those that it wrote', async () => {
  let writes = 0;
  const full = await startFakeTarget({
    instead({ method }, response) {
      if (method !== 'POST' || ++writes < 4) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  const said: string[] = [];
  const live = { ...silent, say: (text: string) => said.push(text) };
  const given = { scenario: 'questions', target: full.url };
  const failed = run(sees(asAsked), given, { live }).finally(() => full.stop());
  await expect(failed).rejects.toThrow('answers POST /qa/questions/1/answers with 503');
  expect(said).toEqual([expect.stringMatching(/^make load-clean removes the 2 questions /)]);
});

test('an interrupted run says what it saw until then, and counts no request as failed that it did not wait for', async () => {
  const interruption = new AbortController();
  const period = () => interruption.abort();
  const generate = goesOnSeeing({ ...asAsked, lost: 3 });
  const result = await run(
    generate,
    { ...stages, duration: '60' },
    { live: { ...silent, period }, signal: interruption.signal },
  );
  expect(result.stages).toHaveLength(1);
  expect(result.stages[0]).toMatchObject({ requests: 192, errors: {}, seconds: 2 });
  expect(result.tested.Ended).toBe('early, by whoever ran it');
  expect(verdictOf(result).title).toBe('Interrupted after 2 s: all 4 promises kept');
  expect(verdictOf(result).reason).toBe(
    'Kept up to 100 a second. Not tried: 1,000 a second, 3,000 a second, 5,000 a second.',
  );
});

test('a stage that is interrupted before anything was seen in it is left out', async () => {
  const interruption = new AbortController();
  const generate: Generator = async function* (load, signal) {
    if (load.arrivals_s > 100) interruption.abort();
    else yield* sees({ visits: load.arrivals_s, requests: 100, latency_ms: 2 })(load, signal);
  };
  const result = await run(generate, stages, { signal: interruption.signal });
  expect(result.stages.map(({ name }) => name)).toEqual(['100 a second']);
  expect(result.generatorLimit).toBeUndefined();
  expect(verdictOf(result).title).toBe('Interrupted after 4 s: all 4 promises kept');
});
