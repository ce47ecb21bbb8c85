import type { HttpResponse } from '../app/testing/http.ts';
import { unharmedBy, withBystander } from './support/bystander.ts';
import { answersOf, questionsOf, removeLargePages, writeLargePages } from './support/large-pages.ts';
import { emptyCache } from './support/nginx-cache.ts';
import { voteFromOtherAddress } from './support/other-address.ts';
import { clientWith, metrics, newQuestion, sql } from './support/stack.ts';

afterAll(emptyCache, 30_000);

/** The queries that each replica has sent to the database for its cache. */
async function cacheMisses(): Promise<number[]> {
  // The counter is missing until the first miss.
  return (await metrics()).map(text =>
    Number(/^cache_lookups_total\{lookup="miss"\} (\d+)$/m.exec(text)?.[1] ?? 0),
  );
}

const is200OrRetryable = ({ status, headers }: HttpResponse) =>
  status === 200 || (status === 503 && headers['retry-after'] === '1');

it('a burst of writes from one address gets 429, and other addresses may write', async () => {
  const question = await newQuestion();
  const another = await newQuestion();
  const votesFor = async (id: number) =>
    Number(await sql(`select helpful from qa.question where question_id = ${id}`));
  await withBystander(async () => {
    const client = clientWith(200);
    const vote = () => client(`/qa/questions/${question}/helpful`, { method: 'PUT' });
    const burst = Promise.all(Array.from({ length: 1500 }, vote));
    expect(new Set(await voteFromOtherAddress(`/qa/questions/${another}/helpful`, 50))).toEqual(
      new Set(['204']),
    );
    expect(await votesFor(another)).toBe(50);
    const responses = await burst;
    const having = (wanted: number) => responses.filter(({ status }) => status === wanted);
    const [counted, tooMany, late] = [having(204), having(429), having(503)];
    expect(counted.length + tooMany.length + late.length).toBe(1500);
    expect(tooMany.length).toBeGreaterThan(500);
    expect(counted.length).toBeGreaterThan(100);
    for (const { headers } of [...tooMany, ...late]) expect(headers['retry-after']).toBe('1');
    // A write without an Idempotency-Key may count although it got a 503.
    expect(await votesFor(question)).toBeGreaterThanOrEqual(counted.length);
    expect(await votesFor(question)).toBeLessThanOrEqual(counted.length + late.length);
  });
}, 60_000);

it('1,000 concurrent clients of one uncached page cause one query per replica', async () => {
  // A bystander's reads would count as queries.
  await unharmedBy(async () => {
    for (const path of [
      '/products?page=3&count=123',
      '/products?page=2&count=500',
      '/qa/questions?product_id=9&count=123',
    ]) {
      const before = await cacheMisses();
      const client = clientWith(1000);
      const responses = await Promise.all(Array.from({ length: 1000 }, () => client(path)));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
      const after = await cacheMisses();
      for (const [index, count] of after.entries())
        expect(count - (before[index] ?? 0)).toBeLessThanOrEqual(1);
      expect(after).not.toEqual(before);
    }
  });
}, 60_000);

it('1,000 concurrent clients of different large pages get 200, or 503 with Retry-After', async () => {
  await withBystander(async () => {
    const client = clientWith(1000);
    const pages = Array.from(
      { length: 1000 },
      (_, index) => `/products?page=2&count=${500 - (index % 400)}&q=${index}`,
    );
    const responses = await Promise.all(pages.map(path => client(path)));
    for (const response of responses) expect(is200OrRetryable(response)).toBe(true);
    expect(responses.some(({ status }) => status === 200)).toBe(true);
  });
}, 60_000);

describe('with pages as large as visitors can make them,', () => {
  beforeAll(writeLargePages, 60_000);
  afterAll(removeLargePages);

  it.each([
    ['answers', 71, answersOf],
    ['questions', 71, questionsOf],
    ['questions', 131, questionsOf],
  ])(
    '600 concurrent clients of different pages of %s, with a count from %d, get 200, or 503 with Retry-After',
    async (_, count, listOf) => {
      await withBystander(async () => {
        const client = clientWith(600);
        const pages = Array.from(
          { length: 600 },
          (_, index) => `${listOf(index % 30)}count=${count + Math.floor(index / 30)}`,
        );
        const responses = await Promise.all(pages.map(page => client(page)));
        const sizes = responses.filter(({ status }) => status === 200).map(({ text }) => text.length);
        expect(Math.max(...sizes)).toBeGreaterThan(700_000);
        for (const response of responses) expect(is200OrRetryable(response)).toBe(true);
      });
    },
    60_000,
  );
});
