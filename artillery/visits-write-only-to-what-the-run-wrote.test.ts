import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../app/testing/documented-answer.ts';
import { type Writing, writeOwn } from './own.ts';
import { meanRequests, needsOwn, readScenario, type Visit } from './scenario.ts';
import { findTarget } from './target.ts';
import { startFakeTarget } from './testing/fake-target.ts';

const names = readdirSync(join(import.meta.dirname, 'scenarios')).map(file => file.replace('.yml', ''));
const visits = new Map(names.flatMap(name => readScenario(name).visits.map(visit => [visit.name, visit])));

/** All requests of a visit, as method, URL and the operation that it is counted as. */
const requestsOf = ({ flow }: Visit): [method: string, url: string, name: string][] =>
  flow
    .flatMap(step => (step.parallel ?? [step]) as any[])
    .flatMap(step =>
      Object.entries<any>(step).map(([method, { url, name }]) => [method.toUpperCase(), url, name] as const),
    ) as any;

test.each(names)('%s is a scenario that ends within two hours and promises something', name => {
  const scenario = readScenario(name);
  expect(scenario.stages.reduce((all, { seconds }) => all + seconds, 0)).toBeLessThan(7200);
  expect(scenario.ensure.maxErrorRate).toBeLessThanOrEqual(1);
  expect(meanRequests(scenario.visits)).toBeGreaterThanOrEqual(1);
});

describe.each([...visits.values()])('the visit $name', visit => {
  test('asks for what the API documents', () => {
    for (const [method, url, name] of requestsOf(visit)) {
      expect([...operations.keys()]).toContain(name);
      const [path = ''] = url.split('?');
      const pattern = name.replace(/{\w+}/g, '{{ \\w+ }}').replaceAll('/', '\\/');
      expect(`${method} ${path}`).toMatch(new RegExp(`^${pattern}$`));
    }
  });

  test('votes for, reports and answers nothing but what the run wrote', () => {
    for (const [method, url] of requestsOf(visit).filter(([method]) => method !== 'GET')) {
      if (url !== '/qa/questions') expect(`${method} ${url}`).toMatch(/{{ own(Question|Answer) }}/);
    }
  });
});

test('a mix of visits has the mean of their requests', () => {
  const [overview, questions] = [visits.get('overview'), visits.get('questions')] as [Visit, Visit];
  expect(meanRequests([overview])).toBe(3);
  expect(
    meanRequests([
      { ...overview, weight: 1 },
      { ...questions, weight: 3 },
    ]),
  ).toBe(2.25);
});

test('a run that reads products only writes nothing before', () => {
  expect(needsOwn(readScenario('overview').visits)).toBe(false);
  expect(needsOwn(readScenario('random').visits)).toBe(true);
});

const writing = (drawProduct: () => number): Writing => ({
  drawProduct,
  onAsk() {},
  signal: new AbortController().signal,
});

test('before a run, some questions about different products are asked and answered', async () => {
  const target = await startFakeTarget({ products: 3 });
  let drawn = 0;
  const own = await writeOwn(
    await findTarget(target.url),
    writing(() => 1 + (drawn++ % 3)),
  );
  expect(own.map(({ product }) => product)).toEqual([1, 2, 3]);
  expect(target.asked.filter(request => request.startsWith('POST /qa/questions/1/answers'))).toHaveLength(3);
  target.stop();
});

test('a write that comes too fast is sent again when the target says so', async () => {
  const times_ms: number[] = [];
  let drawn = 0;
  const target = await startFakeTarget({
    instead({ method }, response) {
      if (method !== 'POST' || times_ms.push(Date.now()) !== 2) return false;
      response.writeHead(429, { 'Retry-After': '2' }).end();
      return true;
    },
  });
  const found = await findTarget(target.url);
  const own = await writeOwn(
    found,
    writing(() => ++drawn),
  ).finally(() => target.stop());
  expect(own).toHaveLength(10);
  expect(times_ms).toHaveLength(21);
  expect((times_ms[2] ?? 0) - (times_ms[1] ?? 0)).toBeGreaterThanOrEqual(1990);
});
