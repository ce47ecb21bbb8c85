import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../app/testing/http.ts';
import { headers, hosts } from './drill/hostile.ts';
import { exchange } from './support/raw.ts';
import { newAnswer, newQuestion, port, request } from './support/stack.ts';

/** What a client sees of an answer, but for what is its own and how it was sent. */
function seen({ status, headers, text }: Answer) {
  const own = ['date', 'connection', 'x-request-id', 'x-cache', 'content-length', 'transfer-encoding'];
  const shared = Object.entries(headers).filter(([name]) => !own.includes(name));
  return { status, text, headers: Object.fromEntries(shared) };
}

// Where no other test reads, so that the hostile request is the first and fills the cache.
let page = 0;
const paths: Record<string, () => string> = {
  products: () => `/products?page=${++page}&count=2`,
  questions: () => `/qa/questions?product_id=${300 + (++page % 300)}&page=${1 + page}&count=3`,
};

const lines = [...headers.flat(), ...hosts].map(line =>
  line.toLowerCase().includes('host:') ? line : `Host: localhost\r\n${line}`,
);

// A replica lets 30 new answers a second into the cache of Nginx (app/cache-admission.ts), and others may just have used them up.
beforeEach(() => sleep(40));

describe.each(Object.entries(paths))('%s, asked for', (_name, freshPath) => {
  it.each(lines.map(line => [line.slice(0, 60), line]))('first with %j', async (_start, line) => {
    const path = freshPath();
    const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\n${line}\r\nConnection: close\r\n\r\n`, 'latin1');
    const { answers } = await exchange(port, bytes);
    expect(answers).toHaveLength(1);
    expect(JSON.stringify([answers[0]?.headers, answers[0]?.text])).not.toContain('evil');

    const next = await request(path);
    // Plain and compressed responses have entries of their own; of a request with these conditions none is kept.
    const fillsNoEntry = /^(?:Accept-Encoding: gzip$|If-(?:Match|Modified-Since|Unmodified-Since):)/m.test(
      line,
    );
    if (answers[0]?.status === 200) expect(next.headers['x-cache']).toBe(fillsNoEntry ? 'MISS' : 'HIT');
    expect(seen(next)).toEqual(seen(await request(`${path}&uncached=%20`)));
  });
});

it('nor what is said about a write', async () => {
  const question = await newQuestion();
  const evil = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' };
  const written = { body: 'b', name: 'n', email: 'e@mail.example' };
  const answer = await request(`/qa/questions/${question}/answers`, {
    method: 'POST',
    headers: evil,
    body: written,
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.location).toBe(`/qa/questions/${question}/answers`);
});

it('and no other method or path can be slipped under a request', async () => {
  const question = await newQuestion();
  const { json } = await newAnswer(question);
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'])
    await request(`/qa/answers/${json.answer_id}/report`, { method: 'GET', headers: { [name]: 'PUT' } });
  for (const name of ['X-Original-URL', 'X-Rewrite-URL', 'X-Accel-Redirect', 'X-Forwarded-Path']) {
    const headers = { [name]: `/qa/answers/${json.answer_id}/report` };
    await request(`/qa/answers/${json.answer_id}/helpful`, { method: 'PUT', headers });
    const metrics = await request('/products/1', { headers: { [name]: '/metrics' } });
    expect(metrics.json.id).toBe(1);
  }
  const [answer] = (await request(`/qa/questions/${question}/answers`)).json.results;
  expect(answer).toMatchObject({ answer_id: json.answer_id, helpfulness: 4 });
});
