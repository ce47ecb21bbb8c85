import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadRun, Stage } from './load-run.ts';
import { writeReport } from './report.ts';
import { sampleRun, sampleStages } from './testing/sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elier-report-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Both reports of a run: `page` is the text of the HTML without tags, scripts and styles. */
function reportOf(run: LoadRun): { page: string; html: string; markdown: string } {
  const [html = '', markdown = ''] = writeReport(folder, run).map(path => readFileSync(path, 'utf8'));
  const page = html
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replaceAll('<wbr>', '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
  return { page, html, markdown };
}

const both = (run: LoadRun) => {
  const { page, markdown } = reportOf(run);
  return [page, markdown];
};

test('writeReport returns the paths of both reports', () => {
  expect(writeReport(folder, sampleRun())).toEqual([join(folder, 'report.html'), join(folder, 'report.md')]);
});

describe('the verdict', () => {
  test('says that all promises are kept', () => {
    for (const text of both(sampleRun())) {
      expect(text).toContain('All 3 promises kept');
      expect(text).not.toContain('roken');
    }
  });

  test('says which promise broke, with the measured value', () => {
    for (const text of both(sampleStages())) {
      expect(text).toContain('1 of 3 promises broken');
      expect(text).toMatch(/Broken: p99 below 150 ms \(it was 1\d\d\.\d ms\)/);
    }
  });

  test('is "Not judged" when the generator was the limit in the first stage', () => {
    const [stage] = sampleRun().stages as [Stage];
    const run = {
      ...sampleRun(),
      stages: [{ ...stage, isJudged: false }],
      promises: [],
      generatorLimit: 'Artillery sent 120 of 200 planned requests/s.',
    };
    for (const text of both(run)) {
      expect(text).toContain('Not judged');
      expect(text).not.toContain('promises kept');
    }
  });
});

test('a report explains the limit of the generator and marks its stage', () => {
  for (const text of both(sampleStages())) {
    expect(text).toContain('Artillery sent 3,410 of 5,000 planned requests/s');
    expect(text).toMatch(/5,000 a second \(?limited by the generator, not judged/);
    expect(text).not.toMatch(/3,000 a second \(?limited by the generator/);
  }
});

describe('429', () => {
  test('is counted apart, with the write limit', () => {
    for (const text of both(sampleRun())) {
      expect(text).toMatch(/429 Too Many Requests: 31 of 11,976 requests \(0\.26 %\)\./);
      expect(text).toContain('Write limit: 50 writes/s from one address, 200 in a burst.');
    }
  });

  test('is "none" without such responses, and an unknown limit is "unknown"', () => {
    for (const text of both({ ...sampleStages(), tested: {} })) {
      expect(text).toContain('429 Too Many Requests: none. The write limit is unknown.');
    }
  });
});

test('a report has throughput, latency, error rate and hit rate of every stage, and a row for every endpoint', () => {
  const { page, markdown } = reportOf(sampleStages());
  expect(page).toMatch(/3,000 a second 2,994 2,990 [\d.]+ 0\.4 %/);
  expect(page).toMatch(/Hit rate 86\.01 % 86 % 86 % 86 %/);
  expect(page.match(/GET \/products\/{product_id}\/styles/g)).toHaveLength(4);
  expect(markdown).toMatch(/\| 3,000 a second +\| +2,994 \| +2,990 \| +[\d.]+ \| +0\.4 % \|/);
});

test('a target without responses has no throughput, whatever was sent', () => {
  const [stage] = sampleRun().stages as [Stage];
  const periods = stage.periods.map(period => ({ ...period, responses_s: 0 }));
  const { page, markdown } = reportOf({ ...sampleRun(), stages: [{ ...stage, statusCodes: {}, periods }] });
  expect(page).toContain('Throughput 0 /s 200 sent, 200 planned');
  expect(page).toContain('responses 0 /s throughout');
  expect(markdown).toMatch(/\| 200 a second \| +200 \| +0 \|/);
});

test('a report says how to clean up, or that the run wrote no data', () => {
  for (const text of both(sampleRun())) expect(text).toContain('make load-clean removes');
  const { cleanUp: _, ...run } = sampleRun();
  for (const text of both(run)) expect(text).toContain('The run wrote no data.');
});

test('a run without responses shows no NaN', () => {
  const [stage] = sampleRun().stages as [Stage];
  const nothing = { requests: 0, errors: {}, statusCodes: {}, cache: {}, endpoints: [], periods: [] };
  for (const text of both({ ...sampleRun(), stages: [{ ...stage, ...nothing }] })) {
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  }
});

describe('text from a run', () => {
  const tag = '<script>alert(1)</script>';
  const odd = `</script>${tag}"'&`;

  function oddRun(): LoadRun {
    const run = sampleRun();
    const [stage] = run.stages as [Stage];
    const [endpoint] = stage.endpoints;
    return {
      ...run,
      scenario: odd,
      description: odd,
      target: odd,
      tested: { [odd]: odd, 'Write limit': odd },
      promises: [{ promise: odd, measured: odd, isKept: false }],
      generatorLimit: odd,
      cleanUp: odd,
      stages: [1, 2].map(() => ({
        ...stage,
        name: odd,
        errors: { [odd]: 1 },
        statusCodes: { [odd]: 1 },
        cache: { [odd]: 1 },
        endpoints: [{ ...(endpoint as NonNullable<typeof endpoint>), name: odd }],
      })),
    };
  }

  test('is escaped everywhere in the page', () => {
    const plain = reportOf(sampleRun()).html;
    const { html } = reportOf(oddRun());
    expect(html).not.toContain(tag);
    expect(html.match(/<\/?script/g)).toHaveLength(plain.match(/<\/?script/g)?.length ?? 0);
    expect(html).toContain('<h1>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</h1>');
  });

  test('is escaped in the Markdown and breaks no table', () => {
    const { markdown } = reportOf({ ...oddRun(), scenario: 'a | b\n# c' });
    expect(markdown).not.toContain('<script');
    expect(markdown.split('\n')[0]).toBe('# Load run: a \\| b \\# c');
  });

  test('runs no script: the policy of the page allows only its own', () => {
    const { html } = reportOf(oddRun());
    const policy = /http-equiv="Content-Security-Policy" content="(.*?)"/
      .exec(html)?.[1]
      ?.replaceAll('&#39;', "'");
    const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toBe(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`);
  });
});

test('the report of a day with thousands of kinds of errors has at most 500 kB', () => {
  const day_s = 24 * 60 * 60;
  const [stage] = sampleRun().stages as [Stage];
  const periods = Array.from({ length: day_s }, (_, index) => ({
    at_s: index + 1,
    requests_s: 200 + (index % 17) / 3,
    responses_s: 200 + (index % 17) / 3,
    errors_s: (index % 5) / 3,
    p50_ms: 2 + (index % 7) / 3,
    p95_ms: 5 + (index % 11) / 3,
    p99_ms: 9 + (index % 13) / 3,
  }));
  const kinds = Object.fromEntries(
    Array.from({ length: 5000 }, (_, kind) => [`${'long '.repeat(200)}${kind}`, 1]),
  );
  const { html, page } = reportOf({
    ...sampleRun(),
    stages: [{ ...stage, periods, errors: kinds, cache: kinds }],
  });
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(500_000);
  expect(page).toContain('4,980 other kinds 4,980 (41.58 %)');
  expect(page).toContain('p99 13 ms throughout');
});
