import { setTimeout as sleep } from 'node:timers/promises';
import { Batch, type Values } from './batch.ts';

/** A batch over a source that answers with the double, when it is told to. */
function doubling() {
  const asked: number[][] = [];
  const answers: (() => void)[] = [];
  const batch = new Batch(async questions => {
    asked.push(questions.map(([value]) => value as number));
    await new Promise<void>(resolve => answers.push(resolve));
    return questions.map(([value]) => (value === 0 ? undefined : String((value as number) * 2)));
  });
  return { asked, batch, answerNext: () => answers.shift()?.() };
}

it('asks with one statement what is asked in one turn, and gives each its answer', async () => {
  const { asked, batch, answerNext } = doubling();
  const answers = Promise.all([[1], [0], [3]].map(values => batch.answer(values)));
  await sleep(5);
  answerNext();
  expect(await answers).toEqual(['2', undefined, '6']);
  expect(asked).toEqual([[1, 0, 3]]);
});

it('gathers what comes while a statement is under way', async () => {
  const { asked, batch, answerNext } = doubling();
  const first = batch.answer([1]);
  await sleep(5);
  const others = [batch.answer([2])];
  await sleep(5);
  others.push(batch.answer([3]));
  answerNext();
  expect(await first).toBe('2');
  await sleep(5);
  answerNext();
  expect(await Promise.all(others)).toEqual(['4', '6']);
  expect(asked).toEqual([[1], [2, 3]]);
});

it('does not wait for a slow statement', async () => {
  const { asked, batch } = doubling();
  void batch.answer([1]);
  await sleep(5);
  void batch.answer([2]);
  await sleep(100);
  expect(asked).toEqual([[1], [2]]);
});

it('asks no more than 16 at once', async () => {
  const { asked, batch } = doubling();
  for (let value = 1; value <= 40; value++) void batch.answer([value]);
  await sleep(100);
  expect(asked.map(({ length }) => length)).toEqual([16, 16, 8]);
});

it('asks for less at once when statements are slow', async () => {
  const asked: number[] = [];
  const batch = new Batch(async questions => {
    asked.push(questions.length);
    await sleep(asked.length === 1 ? 500 : 0);
    return questions.map(() => 'well');
  });
  const askAll = () => Promise.all(Array.from({ length: 16 }, (_, value) => batch.answer([value])));
  await askAll();
  await askAll();
  expect(asked).toEqual([16, 8, 8]);
  for (let time = 0; time < 16; time++) await batch.answer([time]);
  await askAll();
  expect(asked.at(-1)).toBe(16);
});

it('asks for long lists alone', async () => {
  const { asked, batch } = doubling();
  for (const [value, elements] of [
    [1, 5],
    [2, 500],
    [3, 500],
    [4, 5],
  ] as const)
    void batch.answer([value], elements);
  await sleep(100);
  expect(asked).toEqual([[1], [2], [3], [4]]);
});

it('fails those alone whom it asked for', async () => {
  const calls: (readonly Values[])[] = [];
  const batch = new Batch(async questions => {
    calls.push(questions);
    await sleep(5);
    if (calls.length === 1) throw new Error('late');
    return questions.map(() => 'well');
  });
  const first = batch.answer([1]);
  const second = sleep(2).then(() => batch.answer([2]));
  await expect(first).rejects.toThrow('late');
  expect(await second).toBe('well');
});
