import { setTimeout as sleep } from 'node:timers/promises';
import { Batch, type Values } from './batch.ts';

class Slow extends Error {}
const isOfOneQuery = (error: unknown) => error instanceof Slow;

/** A batch over a source that answers with the double, when it is told to. */
function doubling() {
  const run: number[][] = [];
  const ends: (() => void)[] = [];
  const batch = new Batch(async queries => {
    run.push(queries.map(([value]) => value as number));
    await new Promise<void>(resolve => ends.push(resolve));
    return queries.map(([value]) => (value === 0 ? undefined : String((value as number) * 2)));
  }, isOfOneQuery);
  return { run, batch, endNext: () => ends.shift()?.() };
}

/** A batch over a source in which statements with one of these values fail. */
function failingFor(bad: readonly number[], error: Error, took_ms = 5) {
  const run: number[][] = [];
  const batch = new Batch(async queries => {
    const values = queries.map(([value]) => value as number);
    run.push(values);
    await sleep(took_ms);
    if (values.some(value => bad.includes(value))) throw error;
    return values.map(String);
  }, isOfOneQuery);
  const textOf = (value: number) => batch.text([value]).catch((error: Error) => error.constructor.name);
  return { run, textsOf: (values: readonly number[]) => Promise.all(values.map(textOf)) };
}

const sixteen = Array.from({ length: 16 }, (_, value) => value);

it('runs the queries of one turn as one statement, and gives each its text', async () => {
  const { run, batch, endNext } = doubling();
  const texts = Promise.all([[1], [0], [3]].map(values => batch.text(values)));
  await sleep(5);
  endNext();
  expect(await texts).toEqual(['2', undefined, '6']);
  expect(run).toEqual([[1, 0, 3]]);
});

it('gathers what comes while a statement is in flight', async () => {
  const { run, batch, endNext } = doubling();
  const first = batch.text([1]);
  await sleep(5);
  const others = [batch.text([2])];
  await sleep(5);
  others.push(batch.text([3]));
  endNext();
  expect(await first).toBe('2');
  await sleep(5);
  endNext();
  expect(await Promise.all(others)).toEqual(['4', '6']);
  expect(run).toEqual([[1], [2, 3]]);
});

it('does not wait for a slow statement', async () => {
  const { run, batch } = doubling();
  void batch.text([1]);
  await sleep(5);
  void batch.text([2]);
  await sleep(100);
  expect(run).toEqual([[1], [2]]);
});

it('runs no more than 16 at once', async () => {
  const { run, batch } = doubling();
  for (let value = 1; value <= 40; value++) void batch.text([value]);
  await sleep(100);
  expect(run.map(({ length }) => length)).toEqual([16, 16, 8]);
});

it('runs fewer at once when statements are slow', async () => {
  const run: number[] = [];
  const batch = new Batch(async queries => {
    run.push(queries.length);
    await sleep(run.length === 1 ? 500 : 0);
    return queries.map(() => 'well');
  }, isOfOneQuery);
  const runAll = () => Promise.all(sixteen.map(value => batch.text([value])));
  await runAll();
  await runAll();
  expect(run).toEqual([16, 8, 8]);
  for (let time = 0; time < 16; time++) await batch.text([time]);
  await runAll();
  expect(run.at(-1)).toBe(16);
});

it('runs long lists alone', async () => {
  const { run, batch } = doubling();
  for (const [value, elements] of [
    [1, 5],
    [2, 500],
    [3, 500],
    [4, 5],
  ] as const)
    void batch.text([value], elements);
  await sleep(100);
  expect(run).toEqual([[1], [2], [3], [4]]);
});

it('fails only the queries of the statement that failed', async () => {
  const calls: (readonly Values[])[] = [];
  const batch = new Batch(async queries => {
    calls.push(queries);
    await sleep(5);
    if (calls.length === 1) throw new Error('late');
    return queries.map(() => 'well');
  }, isOfOneQuery);
  const first = batch.text([1]);
  const second = sleep(2).then(() => batch.text([2]));
  await expect(first).rejects.toThrow('late');
  expect(await second).toBe('well');
});

describe('one query that makes its statement fail', () => {
  it('fails alone: the others run again without it, and are together next time', async () => {
    const { run, textsOf } = failingFor([7], new Slow());
    const expected = sixteen.map(value => (value === 7 ? 'Slow' : String(value)));
    expect(await textsOf(sixteen)).toEqual(expected);
    expect(run).toHaveLength(17);
    run.length = 0;
    expect(await textsOf(sixteen)).toEqual(expected);
    expect(run).toEqual([sixteen.filter(value => value !== 7)]);
  });

  it('fails at once for 2 s, and then runs alone', async () => {
    const { run, textsOf } = failingFor([7], new Slow());
    await textsOf([7, 8]);
    run.length = 0;
    await textsOf([7, 7, 7]);
    expect(run).toEqual([]);
    await sleep(2100);
    expect(await textsOf([7, 8])).toEqual(['Slow', '8']);
    expect(run.toSorted()).toEqual([[7], [8]]);
  });

  it('runs once at a time, however many ask for it', async () => {
    const { run, textsOf } = failingFor([7], new Slow(), 50);
    await textsOf([7]);
    await sleep(2100);
    run.length = 0;
    const late = sleep(20).then(() => textsOf([7, 7]));
    expect(await textsOf([7, 7, 7])).toEqual(['Slow', 'Slow', 'Slow']);
    expect(await late).toEqual(['Slow', 'Slow']);
    expect(run).toEqual([[7]]);
  });

  it('leaves statements of the others as large as they were', async () => {
    const { run, textsOf } = failingFor([7], new Slow(), 500);
    await textsOf([7]);
    await sleep(2100);
    run.length = 0;
    await textsOf(sixteen);
    expect(run).toContainEqual(sixteen.filter(value => value !== 7));
  });
});

it('runs nothing again after an error that no single query can have caused', async () => {
  const { run, textsOf } = failingFor([7], new TypeError());
  expect(new Set(await textsOf(sixteen))).toEqual(new Set(['TypeError']));
  expect(run).toEqual([sixteen]);
});

it('stops running again after 1.1 s, when all is slow', async () => {
  const { run, textsOf } = failingFor(sixteen, new Slow(), 400);
  const started_ms = performance.now();
  expect(new Set(await textsOf(sixteen))).toEqual(new Set(['Slow']));
  expect(performance.now() - started_ms).toBeLessThan(2000);
  expect(run.length).toBeLessThan(6);
});

it('fails after 1.85 s what waits to run again', async () => {
  const batch = new Batch(async queries => {
    await sleep(queries.length > 1 ? 900 : 1500);
    throw new Slow();
  }, isOfOneQuery);
  const started_ms = performance.now();
  const texts = await Promise.allSettled([1, 2, 3].map(value => batch.text([value])));
  expect(texts.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(performance.now() - started_ms).toBeLessThan(1940);
});
