import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { LoadRun } from '../artillery/load-run.ts';
import { comparisonPage } from '../artillery/report/comparison-page.ts';
import { writeReport } from '../artillery/report.ts';
import { sampleRun, sampleStages } from '../artillery/testing/sample-run.ts';
import { openBrowser } from './support/browser.ts';

let folder: string;
let browser: Browser;
let paths: Readonly<Record<string, string>>;

const kinds = { 'one stage': 2, 'four stages': 2, 'two runs': 5 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'elier-browser-'));
  const report = (name: string, run: LoadRun) => {
    mkdirSync(join(folder, name));
    return writeReport(join(folder, name), run)[0] as string;
  };
  const compared = join(folder, 'compare.html');
  const [a, b] = [sampleStages(1), sampleStages(2)];
  writeFileSync(compared, comparisonPage({ folder: 'first', run: a }, { folder: 'second', run: b }));
  paths = {
    'one stage': report('run', sampleRun()),
    'four stages': report('stages', sampleStages()),
    'two runs': compared,
  };
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens a page offline, and collects its errors and network requests. */
async function open(kind: string, width: number, look: string): Promise<[Page, string[]]> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: look === 'dark' ? 'dark' : 'light',
    offline: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith('file:')) complaints.push(`requests ${request.url()}`);
  });
  await page.addInitScript({ path: join(import.meta.dirname, 'support/page-probe.js') });
  await page.goto(pathToFileURL(paths[kind] ?? '').href);
  if (look === 'print') await page.emulateMedia({ media: 'print' });
  await drawn(page);
  return [page, complaints];
}

/** Changes are drawn after two frames. */
const drawn = (page: Page) =>
  page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');

interface Line {
  readonly chart: string;
  readonly pixels: number;
  readonly contrast: number;
}

/** Expects every line of every chart, with enough contrast to the background. */
async function expectLines(page: Page, charts: number): Promise<void> {
  const lines = (await page.evaluate('probe.lines()')) as Line[][];
  expect(lines).toHaveLength(charts);
  for (const ofOne of lines) expect(ofOne.length).toBeGreaterThanOrEqual(2);
  expect(lines.flat().filter(({ pixels, contrast }) => pixels < 50 || contrast < 3)).toEqual([]);
}

const views = Object.keys(kinds).flatMap(kind =>
  [360, 400, 800, 1280].flatMap(width =>
    ['light', 'dark', 'print'].map(look => [kind, width, look] as const),
  ),
);

test.each(views)('the report of %s reads at %i px, %s', async (kind, width, look) => {
  const [page, complaints] = await open(kind, width, look);
  expect(await page.evaluate('probe.overflow_px()')).toBe(0);
  if (look !== 'print') expect(await page.evaluate('probe.cut()')).toEqual([]); // paper is wider than this window
  expect(await page.evaluate('probe.overlaps()')).toEqual([]);
  expect(await page.evaluate('probe.pale()')).toEqual([]);
  await expectLines(page, kinds[kind as keyof typeof kinds]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('charts follow a change of theme and width', async () => {
  const [page] = await open('four stages', 1280, 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await drawn(page);
  await expectLines(page, 2);
  await page.setViewportSize({ width: 360, height: 900 });
  await drawn(page);
  await expectLines(page, 2);
  expect(await page.evaluate('probe.overflow_px()')).toBe(0);
  await page.context().close();
});

test('each chart has a label that describes its lines', async () => {
  const [page] = await open('four stages', 800, 'light');
  const names = await Promise.all(
    (await page.getByRole('img').all()).map(chart => chart.getAttribute('aria-label')),
  );
  expect(names).toEqual([
    expect.stringMatching(
      /^Throughput, requests\/s\. responses [\d,.]+ to [\d,.]+ \/s, highest at .*; planned .*; errors /,
    ),
    expect.stringMatching(/^Latency, ms, logarithmic scale\. p50 .*; p95 .*; p99 /),
  ]);
  await page.context().close();
});
