import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const checkout = dirname(import.meta.dirname);
const stamp = 'node_modules/.installed';

/** A checkout with an npm of its own, which notes how it is called and does what a test says. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elier-install-'));
  for (const name of ['Makefile', 'deploy', '.env.example', 'package.json', 'package-lock.json'])
    cpSync(join(checkout, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const script = (path: string, ...lines: string[]) => {
  writeFileSync(join(folder, path), ['#!/bin/sh', ...lines].join('\n'));
  chmodSync(join(folder, path), 0o755);
};
/** What the npm of the machine does when it is called. */
const npmDoes = (...lines: string[]) =>
  script('bin/npm', 'echo "$@" >>calls', 'echo "$PATH" >>paths', 'mkdir -p node_modules/.bin', ...lines);
const bringsNode = `printf '#!/bin/sh\\necho v24.0.0\\n' >node_modules/.bin/node; chmod +x node_modules/.bin/node`;
const lines = (path: string) =>
  existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8').trim().split('\n') : [];

const make = (...goals: string[]): Promise<{ status: number; error: string }> =>
  new Promise(resolve => {
    const env = { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder };
    execFile('make', goals, { cwd: folder, env }, (error, _, stderr) =>
      resolve({ status: Number(error?.code ?? 0), error: stderr }),
    );
  });

it('installs what the npm settings of a machine leave out', async () => {
  npmDoes(bringsNode);
  expect(await make(stamp)).toEqual({ status: 0, error: '' });
  const [options = ''] = lines('calls');
  expect(options.split(' ')).toEqual(
    expect.arrayContaining(['ci', '--ignore-scripts=false', '--include=dev', '--include=optional']),
  );
});

it('installs once', async () => {
  npmDoes(bringsNode);
  await make(stamp);
  await make(stamp);
  expect(lines('calls')).toHaveLength(1);
});

it('installs again when the Node of the project does not run', async () => {
  npmDoes(bringsNode);
  await make(stamp);
  rmSync(join(folder, 'node_modules/.bin/node'));
  expect(await make(stamp)).toEqual({ status: 0, error: '' });
  expect(lines('calls')).toHaveLength(2);
});

it('says in one sentence that no Node came, each time', async () => {
  npmDoes('touch node_modules/.package-lock.json');
  for (const _ of ['first', 'second']) {
    const { status, error } = await make(stamp);
    expect(status).toBe(2);
    expect(error).toMatch(/^npm ci brought no Node that runs: .* install scripts .*\.\nmake: \*\*\* .*\n$/);
  }
  expect(lines('calls')).toHaveLength(2);
});

it.each([stamp, 'artillery/node_modules/.installed'])(
  'runs npm on the PATH of the machine, whose settings npm then finds: %s',
  async goal => {
    mkdirSync(join(folder, 'artillery/node_modules'), { recursive: true });
    for (const name of ['package.json', 'package-lock.json'])
      writeFileSync(join(folder, 'artillery', name), '{}');
    npmDoes(bringsNode);
    expect(await make(goal)).toEqual({ status: 0, error: '' });
    expect(lines('paths')[0]).not.toContain(`${folder}/node_modules/.bin`);
  },
);
