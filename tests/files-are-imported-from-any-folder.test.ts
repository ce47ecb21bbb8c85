import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '../db/generate/generate.ts';
import { sql, stack } from './support/stack.ts';

const run = promisify(execFile);

let scratch: string;
/** A checkout without installed packages. */
let checkout: string;
/** The catalogue of the sample, which the stack serves already. */
let catalogue: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'elier-any-folder-'));
  checkout = join(scratch, 'checkout');
  await run('git', ['clone', '--quiet', stack.cwd, checkout]);
  for (const name of ['Makefile', 'Dockerfile', 'compose.yaml', 'app', 'db', 'deploy'])
    await cp(join(stack.cwd, name), join(checkout, name), { recursive: true });
  catalogue = join(scratch, 'sample');
  await generate({ out: catalogue, scale: 0.001, seed: 1 });
  for (const name of ['questions', 'answers', 'answers_photos']) await rm(join(catalogue, `${name}.csv`));
}, 60_000);
afterAll(() => rm(scratch, { recursive: true }));

/** Runs `make import` in the checkout. */
async function makeImport(DATA: string, more: Record<string, string> = {}) {
  const env = { ...stack.env, PATH: '/usr/bin:/bin', ...more };
  return run('make', ['import', `DATA=${DATA}`], { cwd: checkout, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe('make import takes a folder', () => {
  it.each(['SDC data', 'a:b', "Ada's", 'данные', 'a,b "c" $d'])(
    'named %s',
    async name => {
      const folder = join(scratch, name);
      await rename(catalogue, folder);
      try {
        // make replaces $$ by $.
        const { code, stdout, stderr } = await makeImport(folder.replaceAll('$', '$$$$'));
        expect([code, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
        expect(stdout).toMatch(/^product.csv +1,000 +1,000 /m);
        expect(await readdir(join(checkout, 'rejects'))).toContain(`${name}.csv`);
      } finally {
        await rename(folder, catalogue);
      }
      expect((await readdir(scratch)).sort()).toEqual(['checkout', 'sample']);
    },
    60_000,
  );

  it('with a relative path', async () => {
    expect((await makeImport(relative(checkout, catalogue))).code).toBe(0);
  }, 60_000);

  it('with a path that starts with ~', async () => {
    const { code } = await makeImport('~/sample', {
      HOME: scratch,
      DOCKER_CONFIG: join(homedir(), '.docker'),
    });
    expect(code).toBe(0);
  }, 60_000);

  it('with symbolic links and other files', async () => {
    const folder = join(scratch, 'links');
    await mkdir(folder);
    for (const name of await readdir(catalogue)) await symlink(join(catalogue, name), join(folder, name));
    await appendFile(join(folder, 'read me.txt'), 'text');
    const { code, stdout } = await makeImport(folder);
    expect(code).toBe(0);
    expect(stdout).toContain('read me.txt');
    await rm(folder, { recursive: true });
  }, 60_000);
});

it('make import needs no installed package', () => {
  expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
});

describe('make import changes nothing and names the folder as given when', () => {
  const refused = async (DATA: string, sentence: RegExp) => {
    const before = await sql("select oid from pg_namespace where nspname in ('catalogue', 'qa') order by 1");
    const { code, stderr } = await makeImport(DATA);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(sentence);
    expect(await sql("select oid from pg_namespace where nspname in ('catalogue', 'qa') order by 1")).toBe(
      before,
    );
  };

  it('it does not exist', () => refused('/nowhere/at all', /^There is no folder \/nowhere\/at all\.$/m));

  it('it holds no data file', () =>
    refused(checkout, new RegExp(`^The folder ${checkout} holds none of the data`, 'm')));

  it('the list of rejected lines cannot be written', async () => {
    const rejects = join(checkout, 'rejects');
    await rm(rejects, { recursive: true, force: true });
    await appendFile(rejects, 'a file');
    await refused(catalogue, /^The folder .+\/checkout\/rejects cannot be written by /m);
    await rm(rejects);
  });
});

it('make import lists rejected lines in rejects/, and removes the list of the previous import', async () => {
  const file = join(catalogue, 'related.csv');
  await appendFile(file, '\n4508264,1,0\n');
  expect((await makeImport(catalogue)).code).toBe(0);
  const list = await readFile(join(checkout, 'rejects', `${basename(catalogue)}.csv`), 'utf8');
  expect(list).toContain('related_product_id is 0');
}, 60_000);
