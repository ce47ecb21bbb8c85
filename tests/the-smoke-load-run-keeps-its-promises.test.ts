import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { LoadRun } from '../artillery/load-run.ts';
import { sql, stack } from './support/stack.ts';

const run = promisify(execFile);
const make = (...args: string[]) => run('make', args, { ...stack, timeout: 240_000 });

/** Counts of everything that a run may write. */
const rows = () =>
  sql(`select (select count(*) from qa.question), (select count(*) from qa.answer),
    (select sum(helpful) from qa.question), (select sum(helpful) from qa.answer),
    (select count(*) from qa.question where reported), (select count(*) from idempotency.kept)`);

it('a smoke run keeps all promises, and make load-clean removes its rows', async () => {
  const before = await rows();
  const { stdout } = await make('load-test', 'SCENARIO=smoke', 'TARGET=http://127.0.0.1:18088');
  expect(stdout).toContain('All 4 promises kept');
  const summary = join(stack.cwd, /^ {2}(\S+summary\.json)$/m.exec(stdout)?.[1] ?? 'no summary');
  const folder = dirname(summary);
  try {
    for (const name of ['report.html', 'report.md']) expect(existsSync(join(folder, name))).toBe(true);
    const { stages, tested, cleanUp } = JSON.parse(readFileSync(summary, 'utf8')) as LoadRun;
    expect(stages).toMatchObject([{ isJudged: true, errors: {} }]);
    expect(stages[0]?.requests).toBeGreaterThan(150);
    expect(stages[0]?.endpoints).toHaveLength(9);
    expect(Object.keys(stages[0]?.cache ?? {})).toContain('HIT');
    expect(tested['Write limit']).toBe(
      '50 writes/s from one address, 200 in a burst (settings of this checkout)',
    );
    expect(cleanUp).toContain('make load-clean');
  } finally {
    rmSync(folder, { recursive: true });
  }

  expect(await rows()).not.toBe(before);
  expect((await make('load-clean')).stdout).toMatch(/^Removed [1-9]\d* questions and [1-9]\d* answers/m);
  expect(await rows()).toBe(before);
}, 240_000);
