import { withBystander } from './support/bystander.ts';
import { fromOtherAddress, voteFromOtherAddress } from './support/other-address.ts';
import { dribble, hangUp, openSenders, type Sender } from './support/senders.ts';
import { request } from './support/stack.ts';

/** Sends reads with endless bodies from an address of its own, and returns how many get a 429. */
async function sendEndlessBodies(count: number): Promise<number> {
  const statuses = await fromOtherAddress(`
    ulimit -n 8192
    for number in {1..${count}}; do
      exec {connection}<>/dev/tcp/nginx/8080
      printf 'GET /products/1 HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 60000\\r\\n\\r\\n%050000d' 0 >&$connection
      all+=($connection)
    done
    sleep 4
    for connection in "\${all[@]}"; do
      read -rt 0.01 _ status _ <&$connection && echo "$status"
    done
    echo 429`); // one line more, so that the output is never empty
  expect(new Set(statuses)).toEqual(new Set(['429']));
  return statuses.length - 1;
}

it('silent connections and slow headers beyond the connection limit are closed after 10 s', async () => {
  await withBystander(async () => {
    const silent = await openSenders(4000, '');
    const slow = await openSenders(3000, 'GET /products HTTP/1.1\r\nHost: x\r\nX-');
    await dribble(slow, 1);
    expect(slow.filter(({ socket }) => socket.readyState === 'open').length).toBeGreaterThan(2000);
    await dribble(slow, 10);
    expect([...silent, ...slow].filter(({ isClosed }) => !isClosed)).toHaveLength(0);
  });
}, 60_000);

it('1,000 connections with unfinished large headers are closed after 10 s, and larger headers get 431', async () => {
  const header = (length: number) => `X-H: ${'h'.repeat(length)}\r\n`;
  const start = `GET /products/1 HTTP/1.1\r\nHost: x\r\n${header(7000)}`;
  await withBystander(async () => {
    const slow = await openSenders(1000, `${start}${header(7000)}X-`);
    const large = await openSenders(1000, `${start}${header(9000)}\r\n`);
    await dribble([...slow, ...large], 2);
    expect(slow.filter(({ status, isClosed }) => isClosed || status !== '')).toHaveLength(0);
    expect(new Set(large.map(({ status }) => status))).toEqual(new Set(['431']));
    await dribble(slow, 9);
    expect([...slow, ...large].filter(({ isClosed }) => !isClosed)).toHaveLength(0);
  });
}, 60_000);

it('an address has 300 slots for writes with unfinished bodies, and other addresses may write', async () => {
  const head =
    'POST /qa/questions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n';
  await withBystander(async () => {
    // Below the write limit of an address, and done before the first connection times out (10 s without a byte).
    const all = await openSenders(450, head + '{'.repeat(50_000), 100);
    await dribble(all, 3);
    const isPending = ({ status, isClosed }: Sender) => status === '' && !isClosed;
    const refused = all.filter(sender => !isPending(sender));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['429']));
    expect(all.length - refused.length).toBeLessThanOrEqual(300);
    expect(all.length - refused.length).toBeGreaterThanOrEqual(250);
    expect(await voteFromOtherAddress('/qa/questions/1/helpful', 1)).toEqual(['204']);
    expect((await request('/products/1', { method: 'OPTIONS' })).status).toBe(204); // OPTIONS has slots of its own.
    hangUp(all);
  });
}, 60_000);

it('an address has 100 slots for reads with unfinished bodies', async () => {
  const head = 'GET /products/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n';
  await withBystander(async () => {
    const all = await openSenders(1000, head + '{'.repeat(50_000));
    await dribble(all, 3);
    const refused = all.filter(({ status }) => status !== '');
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['429']));
    expect(all.length - refused.length).toBe(100);
    hangUp(all);
  });
}, 60_000);

it('all addresses together have 300 slots for reads with unfinished bodies', async () => {
  await withBystander(async () => {
    const refused = await Promise.all(Array.from({ length: 5 }, () => sendEndlessBodies(90)));
    expect(refused.reduce((sum, count) => sum + count)).toBe(150);
  });
}, 60_000);
