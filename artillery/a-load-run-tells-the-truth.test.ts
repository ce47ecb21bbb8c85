import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silent } from '../db/progress.ts';
import { ArtilleryFailure, type Generator } from './artillery.ts';
import { commitOf } from './checkout.ts';
import { loadTest } from './load-test.ts';
import { optionsFrom } from './options.ts';
import { verdictOf } from './report/verdict.ts';
import { type FakeTarget, startFakeTarget } from './testing/fake-target.ts';
import { countsOf, type Second, slowSteadySamples, steadySamples } from './testing/samples.ts';

/** One second of the scenario `overview`, with three requests per visit, at 99 requests/s. */
const planned: Second = { visits: 33, requests: 99, latency_ms: 2 };

let target: FakeTarget;
beforeAll(async () => {
  target = await startFakeTarget();
});
afterAll(() => target.stop());

function run(generate: Generator, given: object = {}, more: object = {}) {
  const options = { scenario: 'overview', rate: '99', duration: '4', target: target.url, ...given };
  const { signal } = new AbortController();
  return loadTest({ ...optionsFrom(options, {}), settings: {}, generate, progress: silent, signal, ...more });
}
const stages = { scenario: 'stages', rate: '' };

test('a run that kept its promises reports its requests and responses', async () => {
  const result = await run(steadySamples(planned));
  expect(verdictOf(result).title).toBe('All 4 promises kept');
  expect(result.stages).toHaveLength(1);
  expect(result.stages[0]).toMatchObject({
    name: '99 a second',
    planned_s: 99,
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

test('a run reports its test environment and the limit on writes', async () => {
  const settings = { WRITE_RATE: '5' };
  const checkout = commitOf(import.meta.dirname);
  const { tested } = await run(steadySamples(planned), {}, { settings });
  expect(tested).toEqual({
    Products: '1,000, counted through the API',
    'API version': '1',
    ...(checkout && { Checkout: checkout }),
    Generator: expect.stringMatching(
      /^Artillery 2\.[0-9.]+, Node 24\.[0-9.]+, [0-9]+ cores of .+, [0-9.]+ GiB$/,
    ),
    'Write limit': '5 writes/s from one address, 200 in a burst (settings of this checkout)',
  });
  const remote = await run(steadySamples(planned), {}, { isLocal: false });
  expect(remote.tested['Write limit']).toBe('unknown, set by the target');
  expect(remote.tested.Checkout).toBeUndefined();
});

test('a checkout is reported by its commit and whether it has changes; another folder has no commit', () => {
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

test('a run says how to remove the data that it wrote, on this machine or another', async () => {
  expect((await run(steadySamples(planned))).cleanUp).toBeUndefined();
  expect((await run(steadySamples(planned), { scenario: 'questions' })).cleanUp).toMatch(
    /^make load-clean removes at most 10 questions/,
  );
  const remote = await run(steadySamples(planned), { scenario: 'questions' }, { isLocal: false });
  expect(remote.cleanUp).toContain('artillery/load-clean.sql');
});

describe('a broken promise is reported with the measured value', () => {
  test.each([
    ['error rate', { ...planned, errors: { 'status 503': 1 } }, /error rate below 1 % \(it was 1\.01 %\)/],
    ['p95', { ...planned, latency_ms: 120 }, /p95 below 100 ms \(it was 120 ms\)/],
    ['p99', { ...planned, latency_ms: 300 }, /p99 below 250 ms \(it was 300 ms\)/],
    ['requests without a response', { ...planned, lost: 2 }, /error rate below 1 % \(it was 2\.02 %\)/],
    ['no requests', { visits: 33, requests: 0, latency_ms: 1 }, /error rate below 1 % \(it was 100 %\)/],
  ])('for: %s', async (_, second, sentence) => {
    const { state, reason } = verdictOf(await run(steadySamples(second)));
    expect(state).toBe('broken');
    expect(reason).toMatch(sentence);
  });

  test('from the worst of several stages', async () => {
    const generate: Generator = (load, signal) =>
      steadySamples({ visits: load.arrivals_s, requests: load.arrivals_s * 3, latency_ms: load.arrivals_s })(
        load,
        signal,
      );
    const { promises } = await run(generate, stages);
    expect(promises.find(({ promise }) => promise.startsWith('p95'))).toMatchObject({
      measured: expect.stringMatching(/ at 5,000 a second$/),
      isKept: false,
    });
  });

  describe('for an endpoint that always fails', () => {
    const withWrites = (failed_s: number): Generator =>
      async function* (load, signal) {
        const failed = { requests: failed_s, latency_ms: 1, errors: { 'status 503': failed_s } };
        for await (const { endpoints, ...sample } of steadySamples({ ...planned, requests: 999 })(
          load,
          signal,
        ))
          yield { ...sample, endpoints: { ...endpoints, 'POST /qa/questions': countsOf(failed) } };
      };

    test('even with a small share of all requests', async () => {
      const { promises } = await run(withWrites(3));
      expect(promises.slice(0, 2)).toEqual([
        { promise: 'error rate below 1 %', measured: '0.3 %', isKept: true },
        {
          promise: 'error rate of each endpoint below 10 %',
          measured: '100 % of POST /qa/questions',
          isKept: false,
        },
      ]);
    });

    test('unless it has fewer than 10 requests', async () => {
      const { promises } = await run(withWrites(2));
      expect(promises[1]).toMatchObject({ measured: '0 %', isKept: true });
    });
  });
});

test('an error rate just below its limit is shown with enough digits', async () => {
  const { promises } = await run(
    steadySamples({ ...planned, requests: 1_000_000, errors: { 'status 503': 9_999 } }),
  );
  expect(promises[0]).toMatchObject({ measured: '0.9999 %', isKept: true });
});

describe('the generator is the limit', () => {
  test('when it does not start its visits in time: the stage is not judged', async () => {
    const result = await run(steadySamples({ visits: 20, requests: 60, latency_ms: 900 }));
    expect(verdictOf(result).state).toBe('unjudged');
    expect(result.stages[0]?.isJudged).toBe(false);
    expect(result.generatorLimit).toBe(
      'Artillery sent 60 of 99 planned requests/s (60.61 %): 39.39 % of the visits did not start in time.',
    );
  });

  test('when its latency is much higher than that of the probe', async () => {
    const slow = slowSteadySamples({ visits: 33, requests: 60, latency_ms: 2000 });
    const { generatorLimit } = await run(slow, { duration: '30' });
    expect(generatorLimit).toMatch(/its median latency was [0-9,.]+ times that of the probe/);
  });

  test('but not when the probe finds the target slow', async () => {
    const slow = await startFakeTarget({ slow_ms: 150 });
    const late = slowSteadySamples({ visits: 33, requests: 60, latency_ms: 2000 });
    const given = { duration: '30', target: slow.url };
    const result = await run(late, given).finally(() => slow.stop());
    expect(result.generatorLimit).toBeUndefined();
    expect(verdictOf(result).reason).toContain('p95');
  });

  test('but not when visits end early because the target fails', async () => {
    const failing = steadySamples({ visits: 33, requests: 40, latency_ms: 1, errors: { ECONNREFUSED: 33 } });
    const result = await run(failing);
    expect(result.generatorLimit).toBeUndefined();
    expect(verdictOf(result).reason).toContain('error rate');
  });

  test('ends the stages there, and judges those before', async () => {
    const upTo1000: Generator = (load, signal) => {
      const visits = Math.min(load.arrivals_s, 500);
      return steadySamples({ visits, requests: visits * 2.7, latency_ms: 2 })(load, signal);
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
    expect(result.generatorLimit).toContain('of 3,000 planned requests/s');
  });
});

test('a run that broke a promise and ended early says up to which rate it kept all', async () => {
  const slowFrom1000: Generator = (load, signal) => {
    const visits = Math.min(load.arrivals_s, 500);
    return steadySamples({ visits, requests: visits * 2.7, latency_ms: visits > 100 ? 300 : 2 })(
      load,
      signal,
    );
  };
  const { state, reason } = verdictOf(await run(slowFrom1000, stages));
  expect(state).toBe('broken');
  expect(reason).toBe(
    'Broken: p95 below 250 ms (it was 300 ms at 1,000 a second). ' +
      'Kept up to 100 a second. Not judged: 3,000 a second. Not tried: 5,000 a second.',
  );
});

describe('when Artillery crashes', () => {
  /** Crashes after this many seconds of the stage of 1,000 requests/s. */
  const crashesAfter = (seconds: number): Generator =>
    async function* (load, signal) {
      const second = { visits: load.arrivals_s, requests: load.arrivals_s * 3, latency_ms: 2 };
      const crashes = load.arrivals_s > 100;
      const plan = crashes ? { ...load.plan, seconds } : load.plan;
      yield* steadySamples(second)({ ...load, plan }, signal);
      if (crashes) throw new ArtilleryFailure('Artillery was killed by SIGKILL.');
    };

  test.each([
    ['before the first sample of a stage', 0, ['100 a second'], 'Not tried: 1,000 a second, 3,000'],
    [
      'in the middle of a stage',
      2,
      ['100 a second', '1,000 a second'],
      'Not judged: 1,000 a second. Not tried',
    ],
  ])('%s, the earlier stages are judged', async (_, seconds, names, sentence) => {
    const result = await run(crashesAfter(seconds), stages);
    expect(result.stages.map(({ name }) => name)).toEqual(names);
    expect(result.generatorLimit).toBe('Artillery was killed by SIGKILL.');
    expect(verdictOf(result).title).toBe('All 4 promises kept');
    expect(verdictOf(result).reason).toContain(`Kept up to 100 a second. ${sentence}`);
  });

  test('the results so far are reported but not judged', async () => {
    const result = await run(crashesAfter(2), { scenario: 'overview', rate: '900' });
    expect(result.stages).toMatchObject([{ seconds: 2, offered_s: 900, isJudged: false }]);
    expect(verdictOf(result).state).toBe('unjudged');
  });

  test('before the first sample, the run fails and says how to clean up', async () => {
    const printed: string[] = [];
    const progress = { ...silent, note: (text: string) => printed.push(text) };
    const failed = run(crashesAfter(0), { scenario: 'questions', rate: '900' }, { progress });
    await expect(failed).rejects.toThrow('Artillery was killed by SIGKILL.');
    expect(printed.at(-1)).toMatch(/^make load-clean removes at most 10 questions /);
  });
});

test('a run that cannot post all its questions says how to remove those that it posted', async () => {
  let writes = 0;
  const full = await startFakeTarget({
    instead({ method }, response) {
      if (method !== 'POST' || ++writes < 4) return false;
      response.writeHead(503).end();
      return true;
    },
  });
  const printed: string[] = [];
  const progress = { ...silent, note: (text: string) => printed.push(text) };
  const given = { scenario: 'questions', target: full.url };
  const failed = run(steadySamples(planned), given, { progress }).finally(() => full.stop());
  await expect(failed).rejects.toThrow('answers POST /qa/questions/1/answers with 503');
  expect(printed).toEqual([expect.stringMatching(/^make load-clean removes at most 2 questions /)]);
});

test('an interrupted run reports its results so far and does not count requests in flight as errors', async () => {
  const interruption = new AbortController();
  const advance = () => interruption.abort();
  const generate = slowSteadySamples({ ...planned, lost: 3 });
  const result = await run(
    generate,
    { ...stages, duration: '60' },
    { progress: { ...silent, advance }, signal: interruption.signal },
  );
  expect(result.stages).toHaveLength(1);
  expect(result.stages[0]).toMatchObject({ requests: 192, errors: {}, seconds: 2 });
  expect(result.tested.Ended).toBe('early, interrupted by the user');
  expect(verdictOf(result).title).toBe('Interrupted after 2 s: all 4 promises kept');
  expect(verdictOf(result).reason).toBe(
    'Kept up to 100 a second. Not tried: 1,000 a second, 3,000 a second, 5,000 a second.',
  );
});

test('a stage interrupted before its first sample is omitted', async () => {
  const interruption = new AbortController();
  const generate: Generator = async function* (load, signal) {
    if (load.arrivals_s > 100) interruption.abort();
    else yield* steadySamples({ visits: load.arrivals_s, requests: 100, latency_ms: 2 })(load, signal);
  };
  const result = await run(generate, stages, { signal: interruption.signal });
  expect(result.stages.map(({ name }) => name)).toEqual(['100 a second']);
  expect(result.generatorLimit).toBeUndefined();
  expect(verdictOf(result).title).toBe('Interrupted after 4 s: all 4 promises kept');
});
