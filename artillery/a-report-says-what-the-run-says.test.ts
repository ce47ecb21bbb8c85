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

/** What a report says, page and Markdown: in the page without marks, and no script or style. */
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

test('the paths of both reports are returned', () => {
  expect(writeReport(folder, sampleRun())).toEqual([join(folder, 'report.html'), join(folder, 'report.md')]);
});

describe('the verdict', () => {
  test('says that all promises are kept', () => {
    for (const text of both(sampleRun())) {
      expect(text).toContain('All 3 promises kept');
      expect(text).not.toContain('roken');
    }
  });

  test('says which promise broke, and by how much', () => {
    for (const text of both(sampleStages())) {
      expect(text).toContain('1 of 3 promises broken');
      expect(text).toMatch(/Broken: p99 below 150 ms \(it was 1\d\d\.\d ms\)/);
    }
  });

  test('is none when the generator was the limit from the first stage on', () => {
    const [stage] = sampleRun().stages as [Stage];
    const run = {
      ...sampleRun(),
      stages: [{ ...stage, isJudged: false }],
      promises: [],
      generatorLimit: 'Artillery sent 120 a second of 200.',
    };
    for (const text of both(run)) {
      expect(text).toContain('Not judged');
      expect(text).not.toContain('promises kept');
    }
  });
});

test("the generator's limit is named, and its stage marked", () => {
  for (const text of both(sampleStages())) {
    expect(text).toContain('Of 5,000 a second Artillery sent 3,410');
    expect(text).toMatch(/5,000 a second \(?the generator's limit, not judged/);
    expect(text).not.toMatch(/3,000 a second \(?the generator's limit/);
  }
});

describe('429', () => {
  test('stands on its own, with the limit in force', () => {
    for (const text of both(sampleRun())) {
      expect(text).toMatch(/429 Too Many Requests: 31 of 11,976 requests \(0\.26 %\)\./);
      expect(text).toContain('The write limit in force: 50 a second of one address, 200 at once.');
    }
  });

  test('is said to be none when there was none, and the limit to be unknown when it is', () => {
    for (const text of both({ ...sampleStages(), tested: {} })) {
      expect(text).toContain('429 Too Many Requests: none. The write limit in force is not known.');
    }
  });
});

test('every stage has its throughput, latency, error rate and hit rate, every endpoint a line', () => {
  const { page, markdown } = reportOf(sampleStages());
  expect(page).toMatch(/3,000 a second 2,994 2,990 [\d.]+ 0\.4 %/);
  expect(page).toMatch(/Hit rate 86\.01 % 86 % 86 % 86 %/);
  expect(page.match(/GET \/products\/{product_id}\/styles/g)).toHaveLength(4);
  expect(markdown).toMatch(/\| 3,000 a second +\| +2,994 \| +2,990 \| +[\d.]+ \| +0\.4 % \|/);
});

test('a target that answers nothing has no throughput, whatever was sent', () => {
  const [stage] = sampleRun().stages as [Stage];
  const periods = stage.periods.map(period => ({ ...period, answers_s: 0 }));
  const { page, markdown } = reportOf({ ...sampleRun(), stages: [{ ...stage, statusCodes: {}, periods }] });
  expect(page).toContain('Throughput 0 /s 200 sent, 200 asked for');
  expect(page).toContain('answered 0 /s throughout');
  expect(markdown).toMatch(/\| 200 a second \| +200 \| +0 \|/);
});

test('how to clean up is said, also when there is nothing to remove', () => {
  for (const text of both(sampleRun())) expect(text).toContain('make load-clean removes');
  const { cleanUp: _, ...run } = sampleRun();
  for (const text of both(run)) expect(text).toContain('The run wrote nothing.');
});

test('a run without a single answer has no figures, and no NaN', () => {
  const [stage] = sampleRun().stages as [Stage];
  const nothing = { requests: 0, errors: {}, statusCodes: {}, cache: {}, endpoints: [], periods: [] };
  for (const text of both({ ...sampleRun(), stages: [{ ...stage, ...nothing }] })) {
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  }
});

describe('what comes from a run', () => {
  const mark = '<script>alert(1)</script>';
  const odd = `</script>${mark}"'&`;

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

  test('is text in the page, wherever it stands', () => {
    const plain = reportOf(sampleRun()).html;
    const { html } = reportOf(oddRun());
    expect(html).not.toContain(mark);
    expect(html.match(/<\/?script/g)).toHaveLength(plain.match(/<\/?script/g)?.length ?? 0);
    expect(html).toContain('<h1>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</h1>');
  });

  test('is text in the Markdown, and breaks no table', () => {
    const { markdown } = reportOf({ ...oddRun(), scenario: 'a | b\n# c' });
    expect(markdown).not.toContain('<script');
    expect(markdown.split('\n')[0]).toBe('# Load run: a \\| b \\# c');
  });

  test('runs no script: the policy of the page knows only its own', () => {
    const { html } = reportOf(oddRun());
    const policy = /http-equiv="Content-Security-Policy" content="(.*?)"/
      .exec(html)?.[1]
      ?.replaceAll('&#39;', "'");
    const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toBe(`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`);
  });
});

test('a report of a day, with all kinds of errors, has at most 500 kB', () => {
  const day_s = 24 * 60 * 60;
  const [stage] = sampleRun().stages as [Stage];
  const periods = Array.from({ length: day_s }, (_, index) => ({
    at_s: index + 1,
    requests_s: 200 + (index % 17) / 3,
    answers_s: 200 + (index % 17) / 3,
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
