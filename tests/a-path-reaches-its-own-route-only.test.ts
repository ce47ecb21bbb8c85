import { paths } from './drill/hostile.ts';
import { exchange } from './support/raw.ts';
import { port } from './support/stack.ts';

/** Sends a path as it is, one character per byte. */
async function get(path: string) {
  const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1');
  const { responses } = await exchange(port, bytes);
  expect(responses).toHaveLength(1);
  return responses[0] as (typeof responses)[number];
}

const tricks = [
  ...paths.map(trick => trick('/products/7')),
  '/products\\7#',
  '/products/7\\?#',
  '/products/7#/../8',
];

it.each(tricks)('GET %s gets product 7 or a problem', async path => {
  const { status, text, headers } = await get(path);
  if (status === 200) expect(JSON.parse(text).id).toBe(7);
  else expect(headers['content-type']).toMatch(/^application\/problem.json/);
  expect([200, 400, 404, 414]).toContain(status);
});

const internalPaths = [
  ...[
    '/metrics',
    '/route/uncached',
    '/route/post',
    '/route/put',
    '/route/unknown-method',
    '/problem/503',
    '/problem/',
  ],
  ...['/.env', '/package.json', '/app/server.ts', '/etc/passwd', '/run/app/password', '/var/tmp/cache'],
];
const ways: ((path: string) => string)[] = [
  ...paths,
  path => path,
  path => `/products/..${path}`,
  path => `/products/%2e%2e${path}`,
  path => `/products/..;${path}`,
  path => `/products/1/../../..${path}`,
  path => `${path}\\#`,
  path => `${path}\xa0`,
  path => `${path}\\\xa0`,
  path => `${path}\\?\xa0`,
  path => `/products\\..${path}\xa0`,
  path => `${path}\\?#x`,
  path => `${path}?#`,
  path => `http://app:3000${path}`,
  path => `http://localhost${path}#`,
  path => `a://b${path}`,
];

it.each(internalPaths)('%s cannot be reached from outside', async path => {
  for (const way of ways) {
    const { status } = await get(way(path));
    const isRefused = [400, 404, 414].includes(status);
    expect([way(path).slice(0, 200), status, isRefused]).toEqual([way(path).slice(0, 200), status, true]);
  }
});
