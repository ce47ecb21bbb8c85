import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

/** Runs a command of the checkout as somebody does on a terminal, not from within make or Jest. */
const run = (command: string, ...words: string[]): Promise<{ status: number; said: string }> =>
  new Promise(resolve => {
    const { PATH, HOME } = process.env;
    const options = { cwd: dirname(import.meta.dirname), env: { PATH, HOME } };
    execFile(command, words, options, (error, out, stderr) =>
      resolve({ status: Number(error?.code ?? 0), said: out + stderr }),
    );
  });

it.each([
  ['make', 'test ONLY=batch.test'],
  ['npm', 'test --silent -- batch.test'],
])('one test file runs alone by %s %s', async (command, words) => {
  const { status, said } = await run(command, ...words.split(' '));
  expect(said).toMatch(/PASS .*app\/batch\.test\.ts/);
  expect(said).toContain('Test Suites: 1 passed, 1 total');
  expect(status).toBe(0);
});

it.each(['test', 'test-stack'])('make %s ends with a sentence when no file matches', async goal => {
  const { status, said } = await run('make', goal, 'ONLY=nothing-of-this-name');
  expect(said).toMatch(
    new RegExp(`^ONLY=nothing-of-this-name matches no test file of make ${goal}\\.\nmake: .*\n$`, 'm'),
  );
  expect(status).toBe(2);
});
