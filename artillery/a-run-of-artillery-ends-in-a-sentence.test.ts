import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runArtillery } from './artillery.ts';

const node = process.execPath;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elier-artillery-test-'));
});
afterEach(() => {
  process.execPath = node;
  rmSync(folder, { recursive: true });
});

/** Runs a line of shell in place of Artillery. */
async function run(line: string): Promise<void> {
  process.execPath = join(folder, 'artillery.sh');
  writeFileSync(process.execPath, `#!/bin/sh\n${line}\n`);
  chmodSync(process.execPath, 0o755);
  const plan = { products: 1, popularity: 'any', seeds: [], seconds: 1 } as const;
  const load = { target: 'http://127.0.0.1:1', http: {}, visits: [], arrivals_s: 1, plan };
  for await (const _ of runArtillery(load, new AbortController().signal));
}

test.each([
  ['echo Oh no; exit 3', 'Artillery exited with status 3. Its output: Oh no'],
  ['kill -s KILL $$', 'Artillery was killed by SIGKILL. Its output: none'],
  ["echo '{}' >&3; kill -s SEGV $$", 'Artillery was killed by SIGSEGV. Its output: none'],
])('a failure of Artillery throws one sentence: %s', async (line, sentence) => {
  await expect(run(line)).rejects.toThrow(new Error(sentence));
});

test('a successful run of Artillery throws nothing', async () => {
  await expect(run("echo '{}' >&3")).resolves.toBeUndefined();
});
