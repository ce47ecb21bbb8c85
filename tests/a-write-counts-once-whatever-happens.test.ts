import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, HttpResponse } from '../app/testing/http.ts';
import {
  allServe,
  clientWith,
  docker,
  newQuestion,
  replicas,
  request,
  servedRequests,
  sql,
} from './support/stack.ts';

const text = { body: 'A text of the tests', name: 'Tester', email: 'tester@mail.example' };
const photos = Array.from({ length: 5 }, (_, number) => `https://images.example/${number}`);

afterAll(allServe, 60_000);

/** The number of writes with a 503. */
let unavailable = 0;

/** Repeats a write with its key while it gets 429 or 503. */
async function write(send: typeof request, path: string, key: string, options: Call): Promise<HttpResponse> {
  const headers = { 'Idempotency-Key': key };
  for (let attempt = 0; attempt < 60; attempt++) {
    const response = await send(path, { ...options, headers });
    if (response.status !== 429 && response.status !== 503) return response;
    expect(response.headers['retry-after']).toBe('1');
    if (response.status === 503) unavailable++;
    await sleep(1000);
  }
  throw new Error(`${path} got 429 or 503 60 times.`);
}

it('1,000 concurrent votes count 1,000', async () => {
  const question = await newQuestion();
  const client = clientWith(1000);
  const votes = Array.from({ length: 1000 }, (_, number) =>
    write(client, `/qa/questions/${question}/helpful`, `vote ${question} ${number}`, { method: 'PUT' }),
  );
  expect(new Set((await Promise.all(votes)).map(({ status }) => status))).toEqual(new Set([204]));
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe('1000');
}, 90_000);

it('one Idempotency-Key creates one answer on all replicas, also after a restart of the app and PostgreSQL', async () => {
  const question = await newQuestion();
  const path = `/qa/questions/${question}/answers`;
  const give = (body: object) => write(request, path, `answer ${question}`, { method: 'POST', body });
  await allServe();
  const before = await servedRequests();
  const responses = await Promise.all(Array.from({ length: 60 }, () => give({ ...text, photos })));
  const after = await servedRequests();
  for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(5);
  await docker('restart', 'elier-test-postgres-1', ...(await replicas()));
  responses.push(await give({ ...text, photos }));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
  expect((await give({ ...text, photos: [] })).status).toBe(422);
  expect((await request(path)).json.results).toEqual([responses[0]?.json]);
}, 60_000);

it('an answer and its photos are one write, even when PostgreSQL is killed', async () => {
  const question = await newQuestion();
  const path = `/qa/questions/${question}/answers`;
  const responses: Promise<HttpResponse>[] = [];
  const unavailableBefore = unavailable;
  const giving = (async () => {
    for (let number = 0; number < 100; number++) {
      const body = { ...text, photos };
      responses.push(write(request, path, `answer ${question} ${number}`, { method: 'POST', body }));
      await sleep(30);
    }
  })();
  await sleep(1000);
  await docker('kill', '--signal', 'KILL', 'elier-test-postgres-1');
  await docker('start', 'elier-test-postgres-1');
  await giving;
  const given = (await Promise.all(responses)).map(({ json }) => json);
  expect(unavailable).toBeGreaterThan(unavailableBefore); // some writes met the kill
  expect(given.map(answer => answer.photos.map(({ url }: any) => url))).toEqual(Array(100).fill(photos));
  const { results } = (await request(`${path}?count=500`)).json;
  expect(results).toEqual(given.sort((one, other) => one.answer_id - other.answer_id));
}, 90_000);
