import { startNginx } from './support/nginx-with-settings.ts';
import { docker } from './support/stack.ts';

type Nginx = Awaited<ReturnType<typeof startNginx>>;
const cache = 'elier-test-cors-cache';
const origins = ['http://localhost:3000', 'https://shop.example'];

beforeAll(() => docker('volume', 'rm', '--force', cache));
afterAll(() => docker('volume', 'rm', '--force', cache));

/** The status and the caching and CORS headers of a read by a page of the origin. */
async function read(nginx: Nginx, origin: string, path = '/products/1') {
  const args = origin ? ['-H', `Origin: ${origin}`] : [];
  const response = await nginx.curl(...args, `http://127.0.0.1:8080${path}`);
  const header = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(response)?.[1];
  return {
    status: Number(/^HTTP\/1.1 (\d+)/.exec(response)?.[1]),
    cache: header('x-cache'),
    vary: header('vary'),
    origin: header('access-control-allow-origin'),
    exposed: header('access-control-expose-headers'),
  };
}

async function withSetting(CORS_ORIGIN: string, test: (nginx: Nginx) => Promise<void>) {
  const nginx = await startNginx({ CORS_ORIGIN }, cache);
  try {
    await test(nginx);
  } finally {
    await nginx.stop();
  }
}

it('each listed origin gets its own CORS headers from one cache entry, also after a change of CORS_ORIGIN', async () => {
  await withSetting(origins.join(', '), async nginx => {
    while ((await read(nginx, '')).cache !== 'HIT');
    for (const origin of [...origins, ...origins]) {
      expect(await read(nginx, origin)).toEqual({
        status: 200,
        cache: 'HIT',
        vary: 'Accept-Encoding, Origin',
        origin,
        exposed: 'Link, ETag, Location, Retry-After, X-Request-Id, X-Cache',
      });
      expect(await read(nginx, origin, '/products/x')).toMatchObject({ status: 400, origin });
      expect(await read(nginx, origin, '/metrics')).toMatchObject({ status: 404, origin });
    }
    for (const origin of [
      '',
      'https://evil.example',
      'https://shop.example.evil.example',
      'https://shopXexample',
    ])
      for (const path of ['/products/1', '/products/x', '/metrics'])
        expect(await read(nginx, origin, path)).toMatchObject({
          vary: 'Accept-Encoding, Origin',
          origin: undefined,
          exposed: undefined,
        });
  });
  await withSetting('https://new.example', async nginx => {
    expect(await read(nginx, 'https://new.example')).toMatchObject({
      cache: 'HIT',
      origin: 'https://new.example',
    });
    expect(await read(nginx, origins[0] ?? '')).toMatchObject({ cache: 'HIT', origin: undefined });
  });
  await withSetting('*', async nginx => {
    expect(await read(nginx, 'https://any.example')).toMatchObject({
      cache: 'HIT',
      vary: 'Accept-Encoding',
      origin: '*',
    });
  });
}, 120_000);
