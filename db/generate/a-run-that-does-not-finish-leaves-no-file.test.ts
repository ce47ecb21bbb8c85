import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { silent } from '../progress.ts';
import { emptyFolder } from '../testing/temporary-folder.ts';
import { generate } from './generate.ts';

jest.setTimeout(30_000);

it('an aborted run removes the files that it wrote', async () => {
  const out = await emptyFolder();
  const stop = new AbortController();
  const names: string[][] = [];
  const run = generate({
    out,
    scale: 0.001,
    seed: 1,
    signal: stop.signal,
    progress: {
      ...silent,
      begin: async name => {
        if (name === 'photos.csv') stop.abort(new Error('enough'));
        names.push(await readdir(out));
      },
    },
  });
  await expect(run).rejects.toThrow('enough');
  expect(names.flat().filter(name => name.endsWith('.csv'))).toEqual([]);
  expect(names.flat()).toContain('product.csv.part');
  expect(await readdir(out)).toEqual([]);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'a run that gets %s says that it was interrupted, and exits with 130',
  async signal => {
    const out = await emptyFolder();
    const run = spawn(process.execPath, [join(__dirname, 'main.ts'), '--out', out, '--scale', '0.5']);
    run.stderr.once('data', () => run.kill(signal));
    const [said, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')]);
    expect(said).toContain(`Interrupted: no file was left in ${out}.`);
    expect(code).toBe(130);
    expect(await readdir(out)).toEqual([]);
  },
);
