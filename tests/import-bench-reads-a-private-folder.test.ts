import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stack } from './support/stack.ts';

const env = { ...stack.env, DISCARD_USER_ROWS: 'yes' };
const make = (...args: string[]) => promisify(execFile)('make', args, { cwd: stack.cwd, env });

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'elier-private-'));
  await make('generate', `OUT=${join(folder, 'data')}`);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

it('make import-bench measures files that only their owner may read', async () => {
  const data = join(folder, 'data');
  const isRoot = process.getuid?.() === 0;
  for (const path of [folder, data, ...readdirSync(data).map(name => join(data, name))]) {
    chmodSync(path, path.endsWith('.csv') ? 0o600 : 0o700);
    if (isRoot) chownSync(path, 65_534, 65_534); // root in a container may not read it
  }
  expect((await make('import-bench', `DATA=${data}`)).stdout).toMatch(/times the baseline/);
}, 120_000);

it('make import-bench names a file that it cannot read', async () => {
  const missing = make('import-bench', `DATA=${join(folder, 'missing')}`);
  await expect(missing).rejects.toMatchObject({
    stderr: expect.stringMatching(/^The bench .* cannot read .*\/missing\/product\.csv\.$/m),
  });
});
