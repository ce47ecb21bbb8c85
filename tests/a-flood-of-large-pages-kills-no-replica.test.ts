import { clientWith, startTimes } from './support/stack.ts';

it('1,500 different large pages restart no replica', async () => {
  const before = await startTimes();
  expect(Object.keys(before).filter(name => name.includes('-app-'))).toHaveLength(3);
  const client = clientWith(8);
  const pages = Array.from(
    { length: 1500 },
    (_, index) => `/products?count=${200 - (index % 100)}&page=${1 + Math.floor(index / 100)}`,
  );
  const responses = await Promise.all(pages.map(path => client(path)));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await startTimes()).toEqual(before);
}, 60_000);
