import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { optionsFrom } from './options.ts';
import { readScenario } from './scenario.ts';
import { findTarget } from './target.ts';
import { type FakeTarget, type FakeTargetOptions, startFakeTarget } from './testing/fake-target.ts';

let target: FakeTarget | undefined;
const startTarget = async (options?: FakeTargetOptions) => {
  target = await startFakeTarget(options);
  return target.url;
};
afterEach(() => {
  target?.stop();
  target = undefined;
});

const reports = join(import.meta.dirname, 'reports');
const reportNames = () => (existsSync(reports) ? readdirSync(reports) : []);

const start = (...options: string[]) =>
  spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...options]);

async function ended(run: ReturnType<typeof start>): Promise<{ code: number; errors: string }> {
  const [errors, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')]);
  return { code, errors };
}

describe('a wrong option is named in one sentence and starts no run', () => {
  test.each([
    [['--scenario', 'smke'], /^SCENARIO must be one of smoke, .*, not "smke"\.\n$/],
    [['--rate', '0'], /^RATE must be a whole number from 1 to [0-9]+, not "0"\.\n$/],
    [['--rate', '1e3'], /^RATE .* not "1e3"\.\n$/],
    [['--duration', '99999'], /^DURATION must be .* not "99999"\.\n$/],
    [['--scenario', 'stages', '--rate', '5'], /^RATE cannot be given for stages, .*\.\n$/],
    [['--target', 'localhost'], /^TARGET must be .* not "localhost"\.\n$/],
    [['--target', 'http://localhost:1/products'], /^TARGET must be .*\.\n$/],
    [['--target', 'http://someone:secret@localhost:1'], /^TARGET must be (?!.*secret).*\.\n$/],
    [
      ['--target', 'http://shop.example'],
      /^TARGET http:\/\/shop\.example is not this machine: .*CONFIRM=yes/,
    ],
    [['--target', 'http://shop.example', '--confirm', 'no'], /is not this machine/],
    [
      ['--target', 'http://127.0.0.1:65535'],
      /^TARGET http:\/\/127\.0\.0\.1:65535 does not respond to .*ECONNREFUSED\.\n$/,
    ],
  ])('%j', async (options, sentence) => {
    const before = reportNames();
    const { code, errors } = await ended(start(...options));
    expect(errors).toMatch(sentence);
    expect(code).toBe(2);
    expect(reportNames()).toEqual(before);
  });
});

test('a run interrupted before its first request says how to remove its questions', async () => {
  const url = await startTarget({
    instead({ method }) {
      if (method === 'POST' && !run.killed) run.kill('SIGINT');
      return false;
    },
  });
  const run = start('--target', url);
  const { code, errors } = await ended(run);
  expect(code).toBe(130);
  expect(errors).toMatch(
    /^Interrupted before the first request\.\nmake load-clean removes at most [0-9]+ questions? /m,
  );
});

test('a latency threshold above the request timeout is rejected', () => {
  const text = fs.readFileSync(join(import.meta.dirname, 'scenarios/browse.yml'), 'utf8');
  const read = jest.spyOn(fs, 'readFileSync').mockReturnValueOnce(text.replace('p99: 400', 'p99: 5001'));
  expect(() => readScenario('browse')).toThrow(/browse\.yml is not a scenario: .*p99 must be <= 5000/);
  read.mockRestore();
});

describe('the target', () => {
  const settings = {};
  const options = (given: object, more = settings) => optionsFrom(given, more);

  test('is by default the local stack at its HTTP_PORT', () => {
    expect(options({})).toMatchObject({ target: 'http://localhost:8080', isLocal: true });
    expect(options({ target: '' }, { HTTP_PORT: '8099' }).target).toBe('http://localhost:8099');
  });

  test.each([
    ['8099', 'http://localhost:8099'],
    ['127.0.0.1:8099', 'http://127.0.0.1:8099'],
    ['0.0.0.0:8099', 'http://localhost:8099'],
    ['[::1]:8099', 'http://[::1]:8099'],
    ['[::]:8099', 'http://[::1]:8099'],
  ])('is the local stack at HTTP_PORT=%s', (HTTP_PORT, target) => {
    expect(options({}, { HTTP_PORT })).toMatchObject({ target, isLocal: true });
  });

  test.each(['x', '0', '70000', '8080-8090', 'localhost:80', '1.2.3:80', '::1:80', '[::1:80', '127.0.0.1:'])(
    'cannot be at the invalid HTTP_PORT=%s',
    HTTP_PORT => {
      expect(() => options({}, { HTTP_PORT })).toThrow(
        `HTTP_PORT must be a port, or an address and a port such as 127.0.0.1:8080, not "${HTTP_PORT}".`,
      );
    },
  );

  test.each(['http://localhost:80', 'http://127.0.0.2', 'http://[::1]:8080'])(
    '%s needs no confirmation',
    url => {
      expect(options({ target: url }).isLocal).toBe(true);
    },
  );

  test.each(['http://127.0.0.1.shop.example', 'http://8.8.8.8', 'http://localhost.shop.example'])(
    '%s needs confirmation',
    url => {
      expect(() => options({ target: url })).toThrow('CONFIRM=yes');
      expect(options({ target: url, confirm: 'yes' })).toMatchObject({ target: url, isLocal: false });
    },
  );

  test.each([1, 2, 3, 7, 1000, 1_000_011])('has its products counted: %i', async products => {
    const url = await startTarget({ products });
    expect(await findTarget(url)).toEqual({ url, products, version: '1', isBehindNginx: true });
    expect(target?.requests.length).toBeLessThan(50);
  });

  test.each([
    ['has no products', { products: 0 }, 'has no products'],
    ['is another API', { title: 'Something else' }, 'is another API'],
    ['is no API at all', instead(200, 'Hello'), 'is another API'],
    ['redirects', instead(302, ''), 'does not respond to /openapi.json'],
    ['is not ready', instead(503, '', '/health/ready'), 'is not ready: /health/ready answers 503'],
    [
      'answers 503 for its document',
      instead(503, '{}', '/openapi.json'),
      'answers /openapi.json with 503: it is not ready.',
    ],
    [
      'serves other hosts',
      instead(421, '{}', '/openapi.json'),
      'answers /openapi.json with 421: it serves only the hosts in its SERVER_NAMES, and TARGET must use one of them.',
    ],
    ['has no document', instead(404, '{}', '/openapi.json'), 'answers /openapi.json with 404: without'],
    [
      'violates its document',
      instead(200, '[{"id": "1"}]', '/products?page=1&count=1'),
      'violates its OpenAPI document in the response to GET /products?page=1&count=1',
    ],
    [
      'answers 500',
      instead(500, '', '/products?page=1&count=1'),
      'answers GET /products?page=1&count=1 with 500',
    ],
  ])('that %s is rejected in one sentence', async (_, wrong, sentence) => {
    const url = await startTarget(wrong);
    await expect(findTarget(url)).rejects.toThrow(sentence);
    await expect(findTarget(url)).rejects.toThrow(`TARGET ${url} `);
  });
});

function instead(status: number, body: string, path?: string): FakeTargetOptions {
  return {
    instead(request, response) {
      if (path && request.url !== path) return false;
      response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end(body);
      return true;
    },
  };
}
