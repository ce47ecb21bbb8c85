import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { emptyFolder } from '../testing/temporary-folder.ts';
import { generate } from './generate.ts';

jest.setTimeout(30_000);

async function run(...options: string[]): Promise<{ code: number; said: string; shown: string }> {
  const command = spawn(process.execPath, [join(__dirname, 'main.ts'), ...options]);
  const [said, shown, [code]] = await Promise.all([
    text(command.stderr),
    text(command.stdout),
    once(command, 'exit'),
  ]);
  return { code, said, shown };
}

it.each([
  { options: ['--scale', '0'], named: /scale.*"0"/ },
  { options: ['--scale', '1.5'], named: /scale.*"1.5"/ },
  { options: ['--scale', 'big'], named: /scale.*"big"/ },
  { options: ['--scale', ''], named: /scale.*""/ },
  { options: ['--seed', '-1'], named: /seed.*"-1"/ },
  { options: ['--seed', '1.5'], named: /seed.*"1.5"/ },
  { options: ['--out', ''], named: /out/ },
  { options: ['--rows', '5'], named: /--rows/ },
])(
  'the command names the invalid option in $options, writes nothing and exits with 1',
  async ({ options, named }) => {
    const out = await emptyFolder();
    const { code, said } = await run('--out', out, ...options);
    expect(said).toMatch(named);
    expect(said.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(await readdir(out)).toEqual([]);
  },
);

it('the command requires a folder', async () => {
  const { code, said } = await run();
  expect(said).toContain('--out');
  expect(code).toBe(1);
});

it('the command refuses a folder with data files', async () => {
  const out = await emptyFolder();
  await writeFile(join(out, 'skus.csv'), '');
  const { code, said } = await run('--out', out);
  expect(said).toBe(
    `generate: out must be a folder without data files, but "${out}" already contains skus.csv.\n`,
  );
  expect(code).toBe(1);
  expect(await readdir(out)).toEqual(['skus.csv']);
});

it('the command refuses a file as the folder, and reports the error of a failed write', async () => {
  const folder = await emptyFolder();
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  expect((await run('--out', file)).said).toContain(`"${file}" is a file`);
  await mkdir(join(folder, 'product.csv.part'));
  const { code, said } = await run('--out', folder);
  expect(said).toContain('generate: writing failed: EISDIR');
  expect(said).toContain(folder);
  expect(code).toBe(1);
});

it('the function refuses invalid options, too', async () => {
  const out = await emptyFolder();
  await expect(generate({ out, scale: 2, seed: 1 })).rejects.toThrow('scale must be');
  await expect(generate({ out, scale: 1, seed: Number.NaN })).rejects.toThrow('seed must be');
});

it('the command writes a sample to a new folder, and prints a table of its counts', async () => {
  const out = join(await emptyFolder(), 'new', 'folder');
  const { code, shown } = await run('--out', out, '--scale', '1e-4', '--seed', '0');
  expect(code).toBe(0);
  expect(shown).toMatch(/^photos\.csv +566 +[0-9,]+ +2 +1 +1 +0 +2$/m);
  expect(shown).toMatch(/^all +3,913 .* 14$/m);
  expect(await readdir(out)).toHaveLength(9);
});
