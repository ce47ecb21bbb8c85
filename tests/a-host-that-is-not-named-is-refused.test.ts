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
