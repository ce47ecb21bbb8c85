import { startNginx } from './nginx-with-settings.ts';
import { ask } from './stack.ts';

let nginx: Awaited<ReturnType<typeof startNginx>>;
beforeAll(async () => {
  nginx = await startNginx({ SERVER_NAMES: 'shop.example,api.shop.example' });
}, 60_000);
afterAll(() => nginx.stop());

const get = (...words: string[]) => nginx.curl(...words, 'http://127.0.0.1:8080/products/1');

it.each(['shop.example', 'API.shop.example', 'shop.example:8080'])('but not %s', async host => {
  expect(await get('-H', `Host: ${host}`)).toMatch(/^HTTP\/1.1 200 /);
});

it.each([
  ['another', ['-H', 'Host: evil.example']],
  ['that of the machine', []],
  ['a part of a name', ['-H', 'Host: www.shop.example']],
  ['none, in HTTP/1.0', ['-0', '-H', 'Host:']],
])('%s', async (_, words) => {
  const answer = await get(...words);
  expect(answer).toMatch(/^HTTP\/1.1 421 /);
  expect(answer).toMatch(/^content-type: application\/problem\+json/im);
  expect(answer).toContain('"detail":"This Host is not served here."');
  expect(answer).not.toContain('evil');
});

it('only when there are names: by default any Host is served, and none is in an answer', async () => {
  const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
  const answer = await ask('/products?page=2&count=5', { headers });
  expect(answer.status).toBe(200);
  expect(JSON.stringify([answer.headers, answer.text])).not.toContain('evil');
});

it.each(['172.31.5.6:8080', 'evil.example', 'shop.example'])('but a health check of %s', async host => {
  for (const name of ['live', 'ready']) {
    const answer = await nginx.curl('-H', `Host: ${host}`, `http://127.0.0.1:8080/health/${name}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toMatch(/^x-cache: BYPASS/im);
    expect(answer).toContain('{"status":"ok"}');
  }
  for (const path of ['/health', '/health/live/x', '/products/1?/health/live'])
    expect(await nginx.curl('-H', 'Host: evil.example', `http://127.0.0.1:8080${path}`)).toMatch(
      /^HTTP\/1.1 421 /,
    );
});

it.each([',shop.example', 'api.example shop.example', ' shop.example , api.example,, shop.example'])(
  'with names that commas or blanks separate: %j',
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

it('with a name as long as a host name may be', async () => {
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
  'none, with the setting %j',
  async names => {
    const open = await startNginx({ SERVER_NAMES: names });
    try {
      const answer = await open.curl('-H', 'Host: evil.example', 'http://127.0.0.1:8080/products/1');
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
    } finally {
      await open.stop();
    }
  },
  60_000,
);
