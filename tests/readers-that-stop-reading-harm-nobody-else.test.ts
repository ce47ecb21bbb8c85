import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { maxGain_MiB, unharmedBy, withBystander } from './support/bystander.ts';
import { answersOf, removeLargePages, writeLargePages } from './support/large-pages.ts';
import { emptyCache } from './support/nginx-cache.ts';
import { fromOtherAddress } from './support/other-address.ts';
import { hangUp, openSenders } from './support/senders.ts';
import { port, request, untilCached } from './support/stack.ts';

afterAll(emptyCache, 30_000);

/** Buffers of 1,500 readers, 45 KiB each. */
const gainOfAllReaders_MiB = 66;

/** Pipelines requests of a page on each connection, and reads only as much as its buffers hold. */
async function stopReading(count: number, requests: number, path: string, encoding: string): Promise<void> {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`;
  const all = await openSenders(count, '');
  for (const { socket } of all) {
    socket.removeAllListeners('data').pause();
    socket.write(bytes.repeat(requests));
  }
  await sleep(3000);
  hangUp(all);
}

/**
 * Opens about 500 connections per second from another address, whose small receive buffers leave the responses pending in
 * Nginx. Holds all of them for some seconds, and returns how many got each status.
 */
async function neverRead(paths: readonly string[], seconds = 0): Promise<Record<string, number>> {
  const statuses = await fromOtherAddress(`
    ulimit -n 8192
    for path in ${paths.map(path => `'${path}'`).join(' ')}; do
      exec {connection}<>/dev/tcp/nginx/8080 && printf 'GET %s HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' "$path" >&$connection
      all+=($connection)
      ((\${#all[@]} % 50)) || sleep 0.1
    done
    sleep ${seconds}
    for connection in "\${all[@]}"; do
      read -rt 5 _ status _ <&$connection
      echo "$status"
    done`);
  const counts: Record<string, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

it.each([
  [1000, 'gzip'],
  [1000, 'br, gzip;q=0.5'],
  [200, 'identity'],
])(
  '%d readers that stop reading a cached page, encoded as %s, harm nobody else',
  async (count, encoding) => {
    const path = '/products?count=500';
    await untilCached(path, { headers: { 'Accept-Encoding': encoding } });
    await withBystander(() => stopReading(count, 200, path, encoding));
  },
  60_000,
);

it('1,000 readers that stop reading an uncacheable page harm nobody else', async () => {
  await withBystander(() => stopReading(1000, 20, '/products?count=500&x=%20', 'gzip'));
}, 60_000);

const largePage = (number: number) => `/products?count=${500 - (number % 90)}`;

it.each([
  ['a cacheable page', (number: number) => `/qa/questions?product_id=${number}&count=${500 - (number % 90)}`],
  ['an uncacheable page', (number: number) => `${largePage(number)}&x=%20`],
])(
  '2,000 clients that disconnect during the response of %s harm nobody else',
  async (_, path) => {
    await withBystander(async () => {
      for (let number = 1; number <= 2000; number++) {
        const socket = connect({ host: '127.0.0.1', port }).on('error', () => socket.destroy());
        socket.write(`GET ${path(number)} HTTP/1.1\r\nHost: x\r\n\r\n`);
        setTimeout(() => socket.destroy(), number % 20);
        if (number % 20 === 0) await sleep(10);
        // Nginx completes cacheable reads of clients that left. Unpaced, a slow machine would have over 1,200 in flight, the limit.
        if (number % 200 === 0) await request(`/products?page=${1_000_000 + number}&count=2`);
      }
    });
    // The abandoned responses no longer count as pending (app/pending-bytes.ts) in any replica.
    for (let number = 1; number <= 30; number++)
      expect((await request(`${largePage(number)}&x=%20`)).status).toBe(200);
  },
  60_000,
);

describe('with pages as large as visitors can make them,', () => {
  beforeAll(writeLargePages, 60_000);
  afterAll(removeLargePages);

  it('1,000 clients that never read the responses of different pages harm nobody else', async () => {
    const pages = Array.from(
      { length: 1000 },
      (_, index) => `${answersOf(index % 30)}count=${70 - Math.floor(index / 30)}`,
    );
    await withBystander(async () => {
      const statuses = await neverRead(pages);
      expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200']));
      expect(['200', '503']).toEqual(expect.arrayContaining(Object.keys(statuses)));
    });
  }, 60_000);

  it('an address has 1,200 slots for clients that never read, and other addresses may read', async () => {
    const path = `${answersOf(0)}count=90`;
    await untilCached(path);
    const readers = async () => {
      const statuses = await neverRead(Array(2000).fill(path));
      expect(statuses).toEqual({ 200: 1200, 429: 800 });
    };
    await withBystander(readers, { ...maxGain_MiB, nginx: gainOfAllReaders_MiB });
  }, 60_000);

  it('all addresses together have 1,500 slots for clients that never read', async () => {
    const path = `${answersOf(0)}count=90`;
    await untilCached(path);
    const readers = async () => {
      const statuses = await Promise.all([1, 2].map(() => neverRead(Array(1000).fill(path), 4)));
      const count = (status: string) => statuses.reduce((sum, counts) => sum + (counts[status] ?? 0), 0);
      expect([count('200'), count('429')]).toEqual([1500, 500]);
    };
    await unharmedBy(readers, { ...maxGain_MiB, nginx: gainOfAllReaders_MiB });
  }, 60_000);
});
