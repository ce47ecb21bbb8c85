import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { LoadRun } from '../artillery/load-run.ts';
import { type FakeTarget, startFakeTarget } from '../artillery/testing/fake-target.ts';
import { stack } from './support/stack.ts';

/** Good responses before the target misbehaves. */
const good = 100;

let target: FakeTarget;
beforeAll(async () => {
  await promisify(execFile)('make', ['artillery/node_modules/.installed'], stack);
}, 240_000);
afterEach(() => target.stop());

async function startTarget(then: (request: IncomingMessage, response: ServerResponse) => void) {
  let requests = 0;
  target = await startFakeTarget({
    instead(request, response) {
      if (++requests <= good) return false;
      then(request, response);
      return true;
    },
  });
}

const start = (...args: string[]): ChildProcess =>
  spawn('make', ['load-test', `TARGET=${target.url}`, 'RATE=60', 'SCENARIO=browse', ...args], {
    ...stack,
    detached: true, // a process group, as in a terminal
  });

/** Waits for a run, and returns its output and its summary. */
async function ended(make: ChildProcess): Promise<{ code: number; output: string; run: LoadRun }> {
  const [output, [code]] = await Promise.all([
    text(make.stdout as NodeJS.ReadableStream),
    once(make, 'exit'),
  ]);
  const summary = join(stack.cwd, /^ {2}(\S+summary\.json)$/m.exec(output)?.[1] ?? 'no summary');
  const run = JSON.parse(readFileSync(summary, 'utf8'));
  rmSync(dirname(summary), { recursive: true });
  return { code, output, run };
}

const errorsOf = ({ stages }: LoadRun) => Object.keys(stages[0]?.errors ?? {});

it.each<[string, () => void, string]>([
  ['answers no more', () => {}, 'no response within 5 s'],
  ['is gone', () => target.stop(), 'ECONNREFUSED'],
])(
  'a load run ends in time when the target %s',
  async (_, then, error) => {
    await startTarget(then);
    const started_ms = performance.now();
    const { code, output, run } = await ended(start('DURATION=5'));
    expect(performance.now() - started_ms).toBeLessThan(40_000);
    expect(code).not.toBe(0);
    expect(output).toMatch(/Broken: error rate below 1 % \(it was [3-9][0-9][\d.]* %\)/);
    expect(errorsOf(run)).toContain(error);
    expect(run.generatorLimit).toBeUndefined();
  },
  120_000,
);

it('a load run counts undocumented responses as errors', async () => {
  await startTarget((_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id": 1}'),
  );
  const { code, run } = await ended(start('DURATION=5'));
  expect(code).not.toBe(0);
  expect(errorsOf(run)).toContain('no header X-Request-Id');
}, 120_000);

it('a load run ends at Ctrl-C and reports the requests until then', async () => {
  target = await startFakeTarget();
  const make = start('DURATION=60');
  const run = ended(make);
  for (let attempt = 0; target.requests.length < 3 * good; attempt++) {
    if (attempt === 600) throw new Error('The load does not begin.');
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  process.kill(-(make.pid as number), 'SIGINT');
  const { code, run: seen } = await run;
  expect(code).not.toBe(0);
  expect(seen.tested.Ended).toBe('early, interrupted by the user');
  expect(seen.stages[0]?.requests).toBeGreaterThan(good);
  expect(seen.stages[0]?.errors).toEqual({});
  const asked = target.requests.length;
  await new Promise(resolve => setTimeout(resolve, 2000));
  expect(target.requests).toHaveLength(asked);
}, 120_000);
