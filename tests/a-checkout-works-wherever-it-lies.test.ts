import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call } from '../app/testing/http.ts';
import { copyCheckout } from './support/checkout.ts';
import { stack } from './support/stack.ts';

// A clone with umask 077 and core.autocrlf, in a folder whose name has a blank, a quote and Cyrillic letters.
const origin = copyCheckout();
const checkout = join(origin, "l'", "мой 'проект");
const port = 18_087;
const { COMPOSE_PROJECT_NAME: _, ...inherited } = stack.env;
const options = { cwd: checkout, env: { ...inherited, HTTP_PORT: `127.0.0.1:${port}` } };
const make = (...args: string[]) => promisify(execFile)('make', args, options);

beforeAll(() => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@mail.example', ...args], {
      cwd: origin,
    });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'All');
  const clone = 'umask 077; mkdir -p "$(dirname "$0")"; git clone --quiet --config core.autocrlf=true . "$0"';
  execFileSync('sh', ['-euc', clone, checkout], { cwd: origin });
});

afterAll(async () => {
  await promisify(execFile)(
    'bash',
    ['-c', 'docker compose --project-name "$(bash deploy/project-name.sh)" down --volumes'],
    options,
  );
  rmSync(origin, { recursive: true });
}, 60_000);

it('a checkout with core.autocrlf has no CRLF in any file', () => {
  const files = execFileSync('git', ['ls-files', '--eol'], { cwd: checkout })
    .toString()
    .split('\n')
    .filter(Boolean);
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter(line => !/ w\/(lf|none|-text) /.test(line.replace(/\s+/g, ' ')))).toEqual([]);
});

it('make up serves on the address of HTTP_PORT without Node on the machine', async () => {
  const { stdout } = await make('up');
  expect(stdout).toContain(`The API answers on http://127.0.0.1:${port}. Try it:\n`);
  expect((await call(port, '/products/1')).json.id).toBe(1);
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: checkout }).toString()).toBe('');
}, 180_000);

it('make ps, blocks, load-clean and down work in the checkout', async () => {
  const { stdout: containers } = await make('ps');
  expect(containers).toMatch(/^elier-[0-9]+-nginx-1 /m);
  expect((await make('blocks')).stdout).toContain('answers page');
  expect((await make('load-clean')).stdout).toContain('Removed 0 questions');
  await make('down');
  expect((await make('ps')).stdout).not.toContain('nginx');
  await expect(make('blocks')).rejects.toThrow('The stack does not run: make up starts it.');
  expect((await make('ps')).stdout).not.toContain('postgres');
}, 120_000);
