import { connect as connectPlain, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { CertificateAuthority } from './support/certificates.ts';
import { startNginx } from './support/nginx-with-settings.ts';
import { docker, memoryOf } from './support/stack.ts';

const port = 18_443;
let nginx: Awaited<ReturnType<typeof startNginx>>;
beforeAll(async () => {
  nginx = await startNginx({
    TLS: 'files',
    CERTIFICATE_FOLDER: new CertificateAuthority().issue('shop', ['shop.example']),
    HTTP_PORT: '127.0.0.1:18089',
    HTTPS_PORT: `127.0.0.1:${port}`,
  });
}, 60_000);
afterAll(() => nginx.stop());

/** Waits for an event of a connection, or for its end: Nginx closes idle ones when it has too many. */
const eventOf = (socket: Socket, name: string) =>
  new Promise(done => {
    socket.on('error', () => socket.destroy());
    socket.once(name, done).once('close', done);
  });

/** Opens connections, a hundred at once. */
async function openTls(count: number): Promise<TLSSocket[]> {
  const all: TLSSocket[] = [];
  while (all.length < count) {
    const some = Array.from({ length: 100 }, () =>
      connect({ host: '127.0.0.1', port, rejectUnauthorized: false }),
    );
    await Promise.all(some.map(socket => eventOf(socket, 'secureConnect')));
    all.push(...some);
  }
  return all;
}

/** The status of a read on a new connection. */
const read = () =>
  docker(
    'exec',
    nginx.id,
    'curl',
    '-sk',
    '-m',
    '5',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    'https://127.0.0.1:8443/products/1',
  );

it('4,000 idle clients and 1,200 that never read their responses leave HTTPS serving, within its memory', async () => {
  const path = '/products?count=500';
  for (let read = 0; read < 3; read++)
    await docker('exec', nginx.id, 'curl', '-sk', '-o', '/dev/null', `https://127.0.0.1:8443${path}`);
  const readers = await openTls(1200);
  for (const socket of readers) socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(20));
  const idle = await openTls(4000);
  await sleep(3000);
  // Of 192 MiB, the list of 400,000 cached responses takes up to 63.
  expect(await memoryOf(nginx.id)).toBeLessThan(125);
  expect(await read()).toBe('200');
  for (const socket of [...readers, ...idle]) socket.destroy();
  await sleep(1000);
  expect(await read()).toBe('200');
  expect(await docker('inspect', '--format', '{{.State.OOMKilled}} {{.RestartCount}}', nginx.id)).toBe(
    'false 0',
  );
}, 120_000);

it('1,000 clients that never end a handshake are hung up on', async () => {
  const all = Array.from({ length: 1000 }, () => connectPlain({ host: '127.0.0.1', port }));
  const closed = Promise.all(all.map(socket => eventOf(socket, 'close')));
  for (const socket of all) socket.write('\x16\x03\x01');
  expect(await read()).toBe('200');
  await closed;
  expect(await read()).toBe('200');
}, 60_000);
