import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { copyCheckout } from './support/checkout.ts';
import { allServe, docker, port, request, sql, stack, startTimes } from './support/stack.ts';
import { allKinds, failuresOf, isGood, Traffic } from './support/traffic.ts';

// The stack runs from a copy of the checkout, so that the tests can change its files.
const checkout = copyCheckout();
const nginx = 'elier-test-nginx-1';
const postgres = 'elier-test-postgres-1';

/** Runs make up. Returns its output, its errors without those of make, and its status. */
async function up(settings: Readonly<Record<string, string>> = {}, cwd = checkout) {
  const make = spawn('make', ['up'], { cwd, env: { ...stack.env, ...settings } });
  const [out, err, [status]] = await Promise.all([text(make.stdout), text(make.stderr), once(make, 'exit')]);
  const errors = err.split('\n').filter(line => line && !line.startsWith('make: ***'));
  return { out: out.trim().split('\n'), errors, status };
}

/** Runs make up under traffic. Returns its output, the failed requests, and the containers that started or ended. */
async function upUnderTraffic(settings: Readonly<Record<string, string>> = {}) {
  const before = await startTimes();
  let output: string[] = [];
  const traffic = await Traffic.during(async () => {
    const { out, errors, status } = await up(settings);
    expect({ errors: status === 0 ? [] : errors, status }).toEqual({ errors: [], status: 0 });
    output = out;
  });
  const after = await startTimes();
  const { confirmed, inDatabase } = await traffic.counted();
  expect(inDatabase.questions).toBeGreaterThanOrEqual(confirmed.questions);
  return {
    said: output.join('\n'),
    failures: failuresOf(traffic.sent, ...allKinds),
    longestGap_ms: longestGapOf(traffic),
    started: Object.keys(after).filter(name => after[name] !== before[name]),
    gone: Object.keys(before).filter(name => !after[name]),
  };
}

/** The longest time without a successful response. */
function longestGapOf({ sent }: Traffic): number {
  const times_ms = sent.filter(isGood).map(({ at_ms, took_ms }) => at_ms + took_ms);
  times_ms.sort((a, b) => a - b);
  return Math.max(...times_ms.slice(1).map((time_ms, index) => time_ms - (times_ms[index] ?? 0)));
}

const change = (file: string, line: string) => appendFileSync(join(checkout, file), `${line}\n`);
const restore = (file: string) => copyFileSync(join(stack.cwd, file), join(checkout, file));

beforeAll(async () => {
  expect(await up()).toMatchObject({ status: 0 });
  await allServe();
}, 120_000);

afterAll(async () => {
  await up({}, stack.cwd);
  rmSync(checkout, { recursive: true });
  await allServe();
}, 120_000);

it('make up replaces nothing without a change, and prints the address with examples', async () => {
  const { said, failures, started } = await upUnderTraffic();
  expect({ failures, started }).toEqual({ failures: [], started: [] });
  expect(said).toBe(`Building the image …
Checking the settings …
The database is ready.
The API answers on http://localhost:${port}. Try it:
  curl http://localhost:${port}/products/1
  curl 'http://localhost:${port}/qa/questions?product_id=1'`);
}, 60_000);

describe('make up ends with an error and leaves the running stack untouched for', () => {
  const refused = async (settings: Readonly<Record<string, string>> = {}) => {
    const before = await startTimes();
    const { errors, status } = await up(settings);
    expect(await startTimes()).toEqual(before);
    expect(status).toBe(2);
    return errors.at(-1);
  };

  it.each([
    ['WRITE_RATE', 'abc', 'WRITE_RATE must be a whole number from 1 to 999999, not "abc".'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of error, warn, info, debug, not "loud".'],
    ['CACHE_ENTRIES', '-5', 'CACHE_ENTRIES must be a whole number from 1 to 1000000, not "-5".'],
    [
      'HTTP_PORT',
      'abc',
      'HTTP_PORT must be a port, or an address and a port such as 127.0.0.1:8080: Invalid hostPort: abc.',
    ],
    ['HTTP_PORT', '0', 'HTTP_PORT must be a port, or an address and a port such as 127.0.0.1:8080.'],
    ['TLS', 'on', 'TLS must be off or files, not "on".'],
    [
      'TLS',
      'files',
      'TLS=files needs CERTIFICATE_FOLDER: the folder with fullchain.pem and privkey.pem, as an absolute path.',
    ],
    ['HTTP_PORT', '192.0.2.1:80', 'HTTP_PORT names the address 192.0.2.1, which this machine does not have.'],
  ])(
    '%s=%s',
    async (name, value, sentence) => {
      expect(await refused({ [name]: value })).toBe(sentence);
    },
    60_000,
  );

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as { port: number }).port;
    const output = await refused({ HTTP_PORT: String(taken) }).finally(() => other.close());
    expect(output).toBe(
      `Port ${taken} of this machine is taken by another program: end it, or set another HTTP_PORT.`,
    );
  }, 60_000);

  it('another command that changes the stack', async () => {
    const owner = 'make roll runs here, started by ana at 2026-01-31 12:00:00 UTC';
    writeFileSync(join(checkout, '.lock'), `${owner}\n`);
    const other = spawn('flock', ['.lock', 'sh', '-c', 'echo locked; read _'], { cwd: checkout });
    await once(other.stdout, 'data');
    const output = await refused().finally(() => other.stdin.end());
    expect(output).toBe(`Nothing was changed: ${owner}.`);
  }, 60_000);

  it('a lost password file', async () => {
    const inVolume = (command: string) =>
      docker(
        'run',
        '--rm',
        '--user',
        '0',
        '--volume',
        'elier-test_app-password:/p',
        'nginx:1.30',
        'sh',
        '-c',
        command,
      );
    await inVolume('mv /p/password /p/lost');
    try {
      expect(await refused({})).toMatch(
        /^The password file of the owner or of the app is lost: "Passwords" in /,
      );
    } finally {
      await inVolume('mv /p/lost /p/password');
    }
  }, 60_000);

  it('an invalid file of Nginx', async () => {
    change('nginx/read.conf', 'nonsense on;');
    expect(await refused({})).toMatch(/test failed$/);
    restore('nginx/read.conf');
  }, 60_000);

  it('an invalid postgres.conf', async () => {
    change('postgres.conf', 'work_mem = lots');
    expect(await refused({})).toMatch(/postgresql\.conf" contains errors$/);
    restore('postgres.conf');
  }, 60_000);
});

it('make up rolls the replicas for a setting of the app, and fails no request', async () => {
  const { failures, started, gone } = await upUnderTraffic({ CACHE_ENTRIES: '1999' });
  expect(failures).toEqual([]);
  expect(started).toHaveLength(3);
  expect(gone).toHaveLength(3);
  for (const name of [...started, ...gone]) expect(name).toMatch(/^elier-test-app-/);
  for (const name of started) expect(await docker('exec', name, 'printenv', 'CACHE_ENTRIES')).toBe('1999');
}, 120_000);

it('make up restarts only Nginx for a setting of Nginx, and says so first', async () => {
  const settings = { CACHE_ENTRIES: '1999', WRITE_RATE: '60' };
  const { said, started, longestGap_ms } = await upUnderTraffic(settings);
  expect(said).toContain('Restarting Nginx for its new settings: up to 2 s without a response …\n');
  expect(started).toEqual([nginx]);
  expect(longestGap_ms).toBeLessThan(2000);
  expect(await docker('exec', nginx, 'printenv', 'WRITE_RATE')).toBe('60');
}, 60_000);

describe('make up for a change', () => {
  const settings = { CACHE_ENTRIES: '1999', WRITE_RATE: '60' };

  it('in nginx/ reloads Nginx, and fails no request', async () => {
    change('nginx/security-headers.conf', 'add_header X-Changed-File yes always;');
    const { said, failures, started } = await upUnderTraffic(settings);
    expect({ failures, started }).toEqual({ failures: [], started: [] });
    expect(said).toContain('Reloading Nginx for its new files …');
    expect((await request('/products/1')).headers['x-changed-file']).toBe('yes');
    expect((await up(settings)).out.join()).not.toContain('Reloading');
  }, 60_000);

  it('that a reload cannot apply restarts Nginx', async () => {
    change('nginx/cache.conf', 'proxy_cache_path /var/tmp/other levels=1:2 keys_zone=other:1m;');
    await up(settings);
    restore('nginx/cache.conf');
    change('nginx/cache.conf', 'proxy_cache_path /var/tmp/another levels=1:2 keys_zone=other:1m;');
    const { said, started } = await upUnderTraffic(settings);
    expect(said).toContain('Restarting Nginx for changes that a reload cannot apply');
    expect(started).toEqual([nginx]);
  }, 90_000);

  it('in a template of Nginx restarts only Nginx', async () => {
    change('nginx/templates/settings.conf.template', '# changed');
    const { said, started, longestGap_ms } = await upUnderTraffic(settings);
    expect(said).toContain(
      'Restarting Nginx for its templates or settings.sh: up to 2 s without a response …',
    );
    expect(started).toEqual([nginx]);
    expect(longestGap_ms).toBeLessThan(2000);
  }, 60_000);

  it('in postgres.conf restarts only PostgreSQL, and says so first', async () => {
    change('postgres.conf', 'work_mem = 5MB');
    const { said, started } = await upUnderTraffic(settings);
    expect(said).toMatch(
      /^Restarting PostgreSQL for its new settings\. .* writes and uncached reads get 503 …$/m,
    );
    expect(started).toEqual([postgres]);
    expect(await sql('show work_mem')).toBe('5MB');
  }, 60_000);
});

it('make up starts a stopped container, and nothing else', async () => {
  const [first = ''] = Object.keys(await startTimes());
  const settings = { CACHE_ENTRIES: '1999', WRITE_RATE: '60' };
  await docker('stop', first);
  expect((await upUnderTraffic(settings)).started).toEqual([first]);
}, 60_000);

it('make up repairs a stack whose services restart for ever because of wrong settings', async () => {
  const broken = { ...stack.env, LOG_LEVEL: 'loud', WRITE_RATE: 'abc' };
  await promisify(execFile)('docker', ['compose', 'up', '--detach'], { cwd: checkout, env: broken });
  await expect(request('/products/1')).rejects.toThrow();
  expect(await up()).toMatchObject({ status: 0 });
  expect((await request('/products/1')).status).toBe(200);
}, 120_000);
