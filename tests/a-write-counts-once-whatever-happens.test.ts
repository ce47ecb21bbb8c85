import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Call } from '../app/testing/http.ts';
import {
  allServe,
  answered,
  clientWith,
  docker,
  newQuestion,
  replicas,
  request,
  sql,
} from './support/stack.ts';

const text = { body: 'A text of the tests', name: 'Tester', email: 'tester@mail.example' };
const photos = Array.from({ length: 5 }, (_, number) => `https://images.example/${number}`);

afterAll(allServe, 60_000);

/** How often a write had a 503. */
let late = 0;

/** Sends a write with its key until it is answered; it is told to come back by limits, and while something is away. */
async function write(send: typeof request, path: string, key: string, options: Call): Promise<Answer> {
  const headers = { 'Idempotency-Key': key };
  for (let attempt = 0; attempt < 60; attempt++) {
    const answer = await send(path, { ...options, headers });
    if (answer.status !== 429 && answer.status !== 503) return answer;
    expect(answer.headers['retry-after']).toBe('1');
    if (answer.status === 503) late++;
    await sleep(1000);
  }
  throw new Error(`${path} was told to come back 60 times.`);
}

it('a thousand votes at once count a thousand', async () => {
  const question = await newQuestion();
  const client = clientWith(1000);
  const votes = Array.from({ length: 1000 }, (_, number) =>
    write(client, `/qa/questions/${question}/helpful`, `vote ${question} ${number}`, { method: 'PUT' }),
  );
  expect(new Set((await Promise.all(votes)).map(({ status }) => status))).toEqual(new Set([204]));
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe('1000');
}, 90_000);

it('one key at once on all replicas is one answer, also when all that keeps it was started again', async () => {
  const question = await newQuestion();
  const path = `/qa/questions/${question}/answers`;
  const give = (body: object) => write(request, path, `answer ${question}`, { method: 'POST', body });
  await allServe();
  const before = await answered();
  const answers = await Promise.all(Array.from({ length: 60 }, () => give({ ...text, photos })));
  const after = await answered();
  for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(5);
  await docker('restart', 'elier-test-postgres-1', ...(await replicas()));
  answers.push(await give({ ...text, photos }));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect((await give({ ...text, photos: [] })).status).toBe(422);
  expect((await request(path)).json.results).toEqual([answers[0]?.json]);
}, 60_000);

it('an answer and its photos are one write, also when PostgreSQL is killed meanwhile', async () => {
  const question = await newQuestion();
  const path = `/qa/questions/${question}/answers`;
  const answers: Promise<Answer>[] = [];
  const lateBefore = late;
  const giving = (async () => {
    for (let number = 0; number < 100; number++) {
      const body = { ...text, photos };
      answers.push(write(request, path, `answer ${question} ${number}`, { method: 'POST', body }));
      await sleep(30);
    }
  })();
  await sleep(1000);
  await docker('kill', '--signal', 'KILL', 'elier-test-postgres-1');
  await docker('start', 'elier-test-postgres-1');
  await giving;
  const given = (await Promise.all(answers)).map(({ json }) => json);
  expect(late).toBeGreaterThan(lateBefore); // some met the kill, or this shows nothing
  expect(given.map(answer => answer.photos.map(({ url }: any) => url))).toEqual(Array(100).fill(photos));
  const { results } = (await request(`${path}?count=500`)).json;
  expect(results).toEqual(given.sort((one, other) => one.answer_id - other.answer_id));
}, 90_000);
