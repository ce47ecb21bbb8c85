import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, port } from './stack.ts';

const readers = [{}, { headers: { 'Accept-Encoding': 'gzip' } }];
const path = '/products?page=71&count=8';
const pathsOfOthers = Array.from({ length: 6 }, (_, index) => `/products?page=${71 + index}&count=9`);

const answers: Awaited<ReturnType<typeof ask>>[] = [];
beforeAll(async () => {
  for (const reader of readers) answers.push(await ask(path, reader));
  for (const path of pathsOfOthers) expect((await ask(path)).status).toBe(200);
  await sleep(51_000); // nginxKeeps_s in app/answer.ts
}, 70_000);

it('and kept when it is still the same', async () => {
  const [plain, compressed] = answers;
  expect((await ask(path)).headers['x-cache']).toBe('REVALIDATED');
  expect((await ask(path)).headers['x-cache']).toBe('HIT');
  const again = await ask(path);
  expect([again.text, again.headers.etag]).toEqual([plain?.text, plain?.headers.etag]);
  const { text, headers } = await ask(path, readers[1]);
  expect([text, headers['content-encoding']]).toEqual([compressed?.text, 'gzip']);
});

// A worker of Nginx crashed when the app had confirmed an entry of the cache, and the client's precondition failed: it
// had its 412, and everybody else lost the connection.
it('also by a request whose precondition fails, which ends the connection of nobody', async () => {
  let ended = 0;
  const others = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('close', () => ended++));
  await sleep(200);
  const preconditions = [
    { 'If-Match': '"x"' },
    { 'If-Match': '' },
    { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  ];
  for (const [index, path] of pathsOfOthers.entries()) {
    const headers = preconditions[index % 3] ?? {};
    expect((await ask(path, { headers })).status).toBe(412);
  }
  await sleep(1000);
  expect(ended).toBe(0);
  for (const socket of others) socket.destroy();
});
