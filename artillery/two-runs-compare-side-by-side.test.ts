import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Checkout, copyCheckout } from '../app/testing/checkout.ts';
import type { LoadRun } from './load-run.ts';
import { sampleRun, sampleStages } from './testing/sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elier-compare-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as `make load-compare` does. */
const compare = (...folders: string[]): Promise<Ended> =>
  new Promise(resolve => {
    const command = [join(import.meta.dirname, 'compare.ts'), ...folders];
    execFile(process.execPath, command, (error, out, stderr) =>
      resolve({ status: Number(error?.code ?? 0), out, error: stderr }),
    );
  });

/** Saves a run in a folder with a unique name. */
function saved(name: string, summary: LoadRun | string): string {
  const path = join(folder, `${name}-${basename(folder)}`);
  mkdirSync(path);
  writeFileSync(join(path, 'summary.json'), typeof summary === 'string' ? summary : JSON.stringify(summary));
  return path;
}

/** Returns the page that a comparison wrote, and removes its file. */
function written({ out }: Ended): string {
  const path = out.trim().split('\n').at(-1) ?? '';
  const page = readFileSync(path, 'utf8');
  rmSync(path);
  return page;
}

test('a comparison shows the figures of both runs with their difference in percent', async () => {
  const a = sampleRun();
  const b = { ...a, stages: a.stages.map(stage => ({ ...stage, seconds: stage.seconds / 1.5 })) };
  const ended = await compare(saved('a', a), saved('b', b));
  expect(ended).toMatchObject({ status: 0, error: '' });
  expect(ended.out).toMatch(/\| Throughput, \/s +\| +200 \| +299 \| +\+50 % \|/);
  expect(ended.out).toContain(`compare-a-${basename(folder)}-b-${basename(folder)}.html`);
  const page = written(ended);
  expect(page).toContain('<td>+50 %</td>');
  expect(page).toContain('"label":"A"');
  expect(page).toContain('"label":"B"');
});

test('a comparison shows the difference of rates in percentage points', async () => {
  const withErrors = (errors: number): LoadRun => ({
    ...sampleRun(),
    stages: sampleRun().stages.map(stage => ({ ...stage, requests: 100, errors: { 'status 503': errors } })),
  });
  const ended = await compare(saved('a', withErrors(0)), saved('b', withErrors(5)));
  expect(ended.out).toMatch(/\| Error rate +\| +0 % \| +5 % \| +\+5 points \|/);
  written(ended);
});

test('a comparison marks differences of the test environment', async () => {
  const other = { ...sampleRun(2), tested: { ...sampleRun().tested, Stack: 'one replica' } };
  const page = written(await compare(saved('a', sampleRun()), saved('b', other)));
  expect(page).toMatch(/<th scope="row">Stack <span class="note">differs<\/span><\/th>/);
  expect(page).toMatch(/<th scope="row">Target<\/th>/);
});

test('stages are compared by name, and a stage limited by the generator is marked', async () => {
  const fewer = { ...sampleStages(2), stages: sampleStages(2).stages.slice(1) };
  const ended = await compare(saved('a', sampleStages()), saved('b', fewer));
  expect(ended.out).not.toMatch(/^100 a second/m);
  expect(ended.out).toMatch(/^1,000 a second/m);
  expect(written(ended)).toContain('In A and B the generator was the limit.');
});

test.each([
  [
    'a folder without a summary',
    undefined,
    /there is not a load run: its summary\.json is missing or unreadable\.$/,
  ],
  ['a summary that is not JSON', '{', /is not a load run: its summary\.json is not JSON\.$/],
  [
    'a summary with the wrong structure',
    '{"stages":[]}',
    /wrong structure: the run must have required property 'scenario'\.$/,
  ],
])('%s is reported in one sentence, with exit status 2', async (_, summary, sentence) => {
  const other = summary === undefined ? join(folder, 'there') : saved('other', summary);
  mkdirSync(other, { recursive: true });
  const { status, out, error } = await compare(saved('a', sampleRun()), other);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(error.trim()).toMatch(sentence);
  expect(error.trim()).not.toContain('\n');
});

describe('a run in artillery/reports/', () => {
  const runs = [
    '2026-01-02T00-00-00Z-browse',
    '2026-01-01T00-00-00Z-smoke',
    '2026-01-03T00-00-00Z-browse',
  ] as const;
  let checkout: Checkout;
  beforeAll(() => {
    checkout = copyCheckout();
    for (const run of runs) {
      const path = join(checkout.folder, 'artillery/reports', run);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'summary.json'), JSON.stringify(sampleRun()));
    }
  });
  afterAll(() => checkout.remove());

  test('is found by name', async () => {
    const { status, said } = await checkout.start(`artillery/compare.ts ${runs[0]} ${runs[1]}`).ended;
    expect(said).toMatch(new RegExp(`^artillery/reports/compare-${runs[0]}-${runs[1]}\\.html$`, 'm'));
    expect(status).toBe(0);
  });

  test.each([
    ['2026-01-01T00-00-00Z-smoky', [runs[1], runs[2], runs[0]]],
    ['browse', [runs[2], runs[0], runs[1]]],
  ])(
    'that does not exist is reported with the nearest names, the latest first: %s',
    async (name, nearest) => {
      const { status, said } = await checkout.start(`artillery/compare.ts ${runs[0]} ${name}`).ended;
      const list = nearest.map(run => `  ${run}\n`).join('');
      expect(said).toBe(`There is no load run ${name}. The nearest in artillery/reports/:\n${list}`);
      expect(status).toBe(2);
    },
  );
});
