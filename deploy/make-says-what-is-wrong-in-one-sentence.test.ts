import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'elier-make-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command. `said` is the first line of stderr, `lines` are those of stdout. */
function run(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd = checkout) {
  const { PATH, HOME } = process.env;
  const { stdout, stderr, status } = spawnSync(command, words, { cwd, env: { PATH, HOME, ...environment } });
  return { said: stderr.toString().split('\n')[0], lines: stdout.toString().split('\n'), status };
}

/** A folder with the standard commands that make and the scripts use, and with `docker` as a script, if given. */
function pathWith(docker?: string): string {
  const path = mkdtempSync(join(folder, 'path-'));
  for (const name of [
    'make',
    'bash',
    'sh',
    'id',
    'sed',
    'awk',
    'grep',
    'tr',
    'basename',
    'cksum',
    'cat',
    'node',
  ])
    symlinkSync(run('bash', ['-c', `command -v ${name}`]).lines[0] ?? '', join(path, name));
  if (docker !== undefined) {
    writeFileSync(join(path, 'docker'), `#!/bin/sh\n${docker}\n`);
    chmodSync(join(path, 'docker'), 0o755);
  }
  return path;
}

describe('every command that needs Docker says what to do without Docker', () => {
  const engineSays = (words: string) => `[ "$1" = compose ] || { echo '${words}' >&2; exit 1; }`;

  it.each([
    ['Docker', undefined, /needs Docker, which is not installed: see https:/],
    [
      'the Compose plugin',
      '[ "$1" != compose ]',
      /needs the Compose plugin of Docker, which is not installed: see https:/,
    ],
    [
      'access to the engine',
      engineSays('permission denied while trying to connect to the Docker daemon socket'),
      /needs access to the Docker engine, which .* does not have: run sudo usermod /,
    ],
    [
      'a running engine',
      engineSays('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.'),
      /needs a running Docker engine, and the one of this machine does not respond: start /,
    ],
  ])('%s', (_, docker, sentence) => {
    const PATH = pathWith(docker);
    for (const target of ['up', 'down', 'ps', 'logs', 'roll', 'load-clean', 'blocks']) {
      const { said, status } = run('make', [target], { PATH });
      expect(said).toMatch(sentence);
      expect(said).toMatch(
        new RegExp(`^make ${target} needs .* Without Docker, make dev serves the same API\\.$`),
      );
      expect(status).toBe(2);
    }
  });
});

it.each(['blocks', 'load-clean', 'roll'])('make %s says that the stack does not run', target => {
  const PATH = pathWith(
    '[ "$2" = ps ] || [ "$2" = version ] || [ "$1" = version ] || { echo "started $*"; exit 1; }',
  );
  const { said, lines, status } = run('make', [target], { PATH });
  expect({ said, lines, status }).toEqual({
    said: 'The stack does not run: make up starts it.',
    lines: [''],
    status: 2,
  });
});

describe('an unknown variable of make', () => {
  it.each([
    ['SCENARO=smoke', 'There is no variable SCENARO. The nearest is SCENARIO.'],
    ['scale=1', 'There is no variable scale. The nearest is SCALE.'],
    ['HTTPPORT=80', 'There is no variable HTTPPORT. The nearest is HTTP_PORT.'],
    ['FOO=1', 'There is no variable FOO.'],
  ])('is refused with the nearest known one: %s', (word, sentence) => {
    const { said, lines, status } = run('make', ['ps', word]);
    expect(said?.replace(/^.*\*\*\* /, '')).toBe(`${sentence}  Stop.`);
    expect(lines).toEqual(['']);
    expect(status).toBe(2);
  });

  it('is never one that the help, a recipe or .env.example names', () => {
    const makefile = readFileSync(join(checkout, 'Makefile'), 'utf8');
    const settings = readFileSync(join(checkout, '.env.example'), 'utf8').match(/^[A-Z_]+(?==)/gm) ?? [];
    const help =
      run('make', ['help'])
        .lines.join('\n')
        .match(/\b[A-Z][A-Z_]*(?==)/g) ?? [];
    const used = [...makefile.matchAll(/\$\((?:if )?([A-Z][A-Z_]*)[),]/g)].map(([, name = '']) => name);
    const own = ['MAKE', 'CURDIR', 'PATH', 'COMPOSE_PROJECT_NAME'];
    const names = new Set([...settings, ...help, ...used, 'COMPOSE_FILE', 'DOCKER_HOST']);
    expect(names.size).toBeGreaterThan(20);
    for (const name of own) names.delete(name);
    const words = [...names].map(name => `${name}=a b=c`); // a value that looks like a setting is not a name
    expect(run('make', ['-n', 'help', ...words])).toMatchObject({ said: '', status: 0 });
  });
});

it('make lists its commands in lines of at most 70 characters, without the column command', () => {
  const { lines, status } = run('make', [], { PATH: pathWith() });
  expect(status).toBe(0);
  expect(lines).toContain('The production stack with Docker Compose');
  for (const target of readFileSync(join(checkout, 'Makefile'), 'utf8').match(/^[a-z-]+(?=:.* ## )/gm) ?? [])
    expect(lines.join('\n')).toMatch(new RegExp(`^  make ${target} +[a-z]`, 'm'));
  expect(lines.filter(line => line.length > 70)).toEqual([]);
});

describe('the Compose project', () => {
  const nameIn = (folderName: string, environment = {}, settings = '') => {
    const path = join(mkdtempSync(join(folder, 'names-')), folderName);
    mkdirSync(path);
    if (settings) writeFileSync(join(path, '.env'), settings);
    return run('bash', [join(checkout, 'deploy/project-name.sh')], environment, path).lines[0];
  };

  it.each(['elier', 'Elier 2', "d'été", '_1', 'магазин-x'])(
    'is named by Compose after the folder %s',
    name => {
      expect(nameIn(name)).toBe('');
    },
  );

  it('gets a generated name in a folder whose name Compose cannot use', () => {
    expect(nameIn('проект')).toMatch(/^elier-[0-9]+$/);
    expect(nameIn('проект')).toBe(nameIn('проект'));
    expect(nameIn('проект')).not.toBe(nameIn('магазин'));
    expect(nameIn('_')).toMatch(/^elier-[0-9]+$/);
  });

  it('has the name from the environment or .env', () => {
    expect(nameIn('проект', { COMPOSE_PROJECT_NAME: 'shop' })).toBe('');
    expect(nameIn('проект', {}, 'HTTP_PORT=80\nCOMPOSE_PROJECT_NAME=shop\n')).toBe('');
    expect(nameIn('проект', {}, 'COMPOSE_PROJECT_NAME=\n')).not.toBe('');
  });
});
