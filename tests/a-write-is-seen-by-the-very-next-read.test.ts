import type { HttpResponse } from '../app/testing/http.ts';
import { clientWith, newAnswer, newQuestion, request } from './support/stack.ts';

const questionsOf = async (product: number, count: number) =>
  (await request(`/qa/questions?product_id=${product}&count=${count}`)).json.results;

/** Each count is a cache entry of its own, so that the reads reach all replicas. */
const counts = Array.from({ length: 30 }, (_, index) => 400 + index);

it('the next read of any replica shows a new question under every cache key', async () => {
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(counts.map(count => questionsOf(4, count)));
    const id = await newQuestion(4);
    const lists = await Promise.all(counts.map(count => questionsOf(4, count)));
    for (const list of lists) expect(list.map((question: any) => question.question_id)).toContain(id);
  }
});

it('the next reads of both lists show a new answer', async () => {
  const question = await newQuestion(4);
  for (let answers = 1; answers <= 5; answers += 1) {
    await newAnswer(question);
    const pages = await Promise.all(
      counts.map(count => request(`/qa/questions/${question}/answers?count=${count}`)),
    );
    for (const { json } of pages) expect(json.results).toHaveLength(answers);
    const lists = await Promise.all(counts.map(count => questionsOf(4, count)));
    for (const list of lists) {
      const { answers: inList } = list.find(({ question_id }: any) => question_id === question);
      expect(Object.keys(inList)).toHaveLength(answers);
    }
  }
});

it('the next read shows each vote while other clients read the same page', async () => {
  const question = await newQuestion(5);
  const path = '/qa/questions?product_id=5&count=499';
  const votesIn = ({ json }: HttpResponse) =>
    json.results.find(({ question_id }: any) => question_id === question).question_helpfulness;
  const client = clientWith(16);
  let isOver = false;
  let reads = 0;
  const readers = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      expect((await client(path)).status).toBe(200);
      reads += 1;
    }
  });
  try {
    for (let votes = 1; votes <= 100; votes += 1) {
      expect((await request(`/qa/questions/${question}/helpful`, { method: 'PUT' })).status).toBe(204);
      expect(votesIn(await request(path))).toBe(votes);
    }
  } finally {
    isOver = true;
    await Promise.all(readers);
  }
  expect(reads).toBeGreaterThan(100);
});

it('the next read hides a reported question or answer', async () => {
  const question = await newQuestion(4);
  const { json } = await newAnswer(question);
  await request(`/qa/answers/${json.answer_id}/report`, { method: 'PUT' });
  expect((await request(`/qa/questions/${question}/answers`)).json.results).toEqual([]);
  await request(`/qa/questions/${question}/report`, { method: 'PUT' });
  const lists = await Promise.all(counts.map(count => questionsOf(4, count)));
  for (const list of lists) expect(list.map((item: any) => item.question_id)).not.toContain(question);
  expect((await request(`/qa/questions/${question}/answers`)).status).toBe(404);
});
