import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../app/testing/documented-response.ts';
import { meanRequests, needsSeedQuestions, readScenario, type Visit } from './scenario.ts';
import { type SeedOptions, writeSeedQuestions } from './seed-questions.ts';
import { findTarget } from './target.ts';
import { startFakeTarget } from './testing/fake-target.ts';

const names = readdirSync(join(import.meta.dirname, 'scenarios')).map(file => file.replace('.yml', ''));
const visits = new Map(names.flatMap(name => readScenario(name).visits.map(visit => [visit.name, visit])));

/** All requests of a visit: method, URL, and the operation under which it is counted. */
const requestsOf = ({ flow }: Visit): [method: string, url: string, name: string][] =>
  flow
    .flatMap(step => (step.parallel ?? [step]) as any[])
    .flatMap(step =>
      Object.entries<any>(step).map(([method, { url, name }]) => [method.toUpperCase(), url, name] as const),
    ) as any;

test.each(names)('the scenario %s ends within two hours and has a threshold for errors', name => {
  const scenario = readScenario(name);
  expect(scenario.stages.reduce((all, { seconds }) => all + seconds, 0)).toBeLessThan(7200);
  expect(scenario.ensure.maxErrorRate).toBeLessThanOrEqual(1);
  expect(meanRequests(scenario.visits)).toBeGreaterThanOrEqual(1);
});

describe.each([...visits.values()])('the visit $name', visit => {
  test('requests only documented operations', () => {
    for (const [method, url, name] of requestsOf(visit)) {
      expect([...operations.keys()]).toContain(name);
      const [path = ''] = url.split('?');
      const pattern = name.replace(/{\w+}/g, '{{ \\w+ }}').replaceAll('/', '\\/');
      expect(`${method} ${path}`).toMatch(new RegExp(`^${pattern}$`));
    }
  });

  test('votes for and answers only questions that the run posted', () => {
    for (const [method, url] of requestsOf(visit).filter(([method]) => method !== 'GET')) {
      if (url !== '/qa/questions') expect(`${method} ${url}`).toMatch(/{{ own(Question|Answer) }}/);
    }
  });
});

test('meanRequests weighs the visits of a mix', () => {
  const [overview, questions] = [visits.get('overview'), visits.get('questions')] as [Visit, Visit];
  expect(meanRequests([overview])).toBe(3);
  expect(
    meanRequests([
      { ...overview, weight: 1 },
      { ...questions, weight: 3 },
    ]),
  ).toBe(2.25);
});

test('a run that reads only products posts no questions', () => {
  expect(needsSeedQuestions(readScenario('overview').visits)).toBe(false);
  expect(needsSeedQuestions(readScenario('random').visits)).toBe(true);
});

const seedOptions = (drawProduct: () => number): SeedOptions => ({
  drawProduct,
  onQuestion() {},
  signal: new AbortController().signal,
});

test('a run first posts questions about different products, each with an answer', async () => {
  const target = await startFakeTarget({ products: 3 });
  let drawn = 0;
  const seeds = await writeSeedQuestions(
    await findTarget(target.url),
    seedOptions(() => 1 + (drawn++ % 3)),
  );
  expect(seeds.map(({ product }) => product)).toEqual([1, 2, 3]);
  expect(target.requests.filter(request => request.startsWith('POST /qa/questions/1/answers'))).toHaveLength(
    3,
  );
  target.stop();
});

test('a write with status 429 is retried after its Retry-After', async () => {
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
  const seeds = await writeSeedQuestions(
    found,
    seedOptions(() => ++drawn),
  ).finally(() => target.stop());
  expect(seeds).toHaveLength(10);
  expect(times_ms).toHaveLength(21);
  expect((times_ms[2] ?? 0) - (times_ms[1] ?? 0)).toBeGreaterThanOrEqual(1990);
});
