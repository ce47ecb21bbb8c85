import { startNginx } from './support/nginx-with-settings.ts';
import { request } from './support/stack.ts';

let nginx: Awaited<ReturnType<typeof startNginx>>;
beforeAll(async () => {
  nginx = await startNginx({ SERVER_NAMES: 'shop.example,api.shop.example' });
}, 60_000);
afterAll(() => nginx.stop());

const get = (...args: string[]) => nginx.curl(...args, 'http://127.0.0.1:8080/products/1');

it.each(['shop.example', 'API.shop.example', 'shop.example:8080'])(
  'Host: %s is named and served',
  async host => {
    expect(await get('-H', `Host: ${host}`)).toMatch(/^HTTP\/1.1 200 /);
  },
);

it.each([
  ['a host that is not named', ['-H', 'Host: evil.example']],
  ['an IP address', []],
  ['a subdomain of a name', ['-H', 'Host: www.shop.example']],
  ['no host, in HTTP/1.0,', ['-0', '-H', 'Host:']],
])('%s gets 421', async (_, args) => {
  const response = await get(...args);
  expect(response).toMatch(/^HTTP\/1.1 421 /);
  expect(response).toMatch(/^content-type: application\/problem\+json/im);
  expect(response).toContain('"detail":"This Host is not served here."');
  expect(response).not.toContain('evil');
});

it('without SERVER_NAMES any Host is served, and no response repeats it', async () => {
  const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
  const response = await request('/products?page=2&count=5', { headers });
  expect(response.status).toBe(200);
  expect(JSON.stringify([response.headers, response.text])).not.toContain('evil');
});

it.each(['172.31.5.6:8080', 'evil.example', 'shop.example'])('a health check of %s is served', async host => {
  for (const name of ['live', 'ready']) {
    const response = await nginx.curl('-H', `Host: ${host}`, `http://127.0.0.1:8080/health/${name}`);
    expect(response).toMatch(/^HTTP\/1.1 200 /);
    expect(response).toMatch(/^x-cache: BYPASS/im);
    expect(response).toContain('{"status":"ok"}');
  }
  for (const path of ['/health', '/health/live/x', '/products/1?/health/live'])
    expect(await nginx.curl('-H', 'Host: evil.example', `http://127.0.0.1:8080${path}`)).toMatch(
      /^HTTP\/1.1 421 /,
    );
});

it.each([',shop.example', 'api.example shop.example', ' shop.example , api.example,, shop.example'])(
  'SERVER_NAMES=%j separates names by commas or blanks',
  async names => {
    const other = await startNginx({ SERVER_NAMES: names });
    try {
      const url = 'http://127.0.0.1:8080/products/1';
      expect(await other.curl('-H', 'Host: shop.example', url)).toMatch(/^HTTP\/1.1 200 /);
      expect(await other.curl('-H', 'Host: evil.example', url)).toMatch(/^HTTP\/1.1 421 /);
    } finally {
      await other.stop();
    }
  },
  60_000,
);

it('SERVER_NAMES takes a host name of the maximum length', async () => {
  const label = (letter: string) => letter.repeat(63);
  const name = `${label('a')}.${label('b')}.${label('c')}.${'d'.repeat(61)}`;
  const other = await startNginx({ SERVER_NAMES: name });
  try {
    expect(await other.curl('-H', `Host: ${name}`, 'http://127.0.0.1:8080/products/1')).toMatch(
      /^HTTP\/1.1 200 /,
    );
  } finally {
    await other.stop();
  }
}, 60_000);

it.each(['', ' , '])(
  'SERVER_NAMES=%j serves any Host',
  async names => {
    const open = await startNginx({ SERVER_NAMES: names });
    try {
      const response = await open.curl('-H', 'Host: evil.example', 'http://127.0.0.1:8080/products/1');
      expect(response).toMatch(/^HTTP\/1.1 200 /);
    } finally {
      await open.stop();
    }
  },
  60_000,
);
