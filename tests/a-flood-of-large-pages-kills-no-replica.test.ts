import { clientWith, startTimes } from './support/stack.ts';

it('nor makes one restart, however many different pages are asked for', async () => {
  const before = await startTimes();
  expect(Object.keys(before).filter(name => name.includes('-app-'))).toHaveLength(3);
  const client = clientWith(8);
  const pages = Array.from(
    { length: 1500 },
    (_, index) => `/products?count=${200 - (index % 100)}&page=${1 + Math.floor(index / 100)}`,
  );
  const answers = await Promise.all(pages.map(path => client(path)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await startTimes()).toEqual(before);
}, 60_000);
