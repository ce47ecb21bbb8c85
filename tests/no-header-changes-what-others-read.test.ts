import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpResponse } from '../app/testing/http.ts';
import { headers, hosts } from './drill/hostile.ts';
import { exchange } from './support/raw.ts';
import { newAnswer, newQuestion, port, request, untilQuestionsAreKept } from './support/stack.ts';

/** A response without the headers that differ between clients. */
function sharedPart({ status, headers, text }: HttpResponse) {
  const own = ['date', 'connection', 'x-request-id', 'x-cache', 'content-length', 'transfer-encoding'];
  const shared = Object.entries(headers).filter(([name]) => !own.includes(name));
  return { status, text, headers: Object.fromEntries(shared) };
}

// Pages that no other test reads, so that the hostile request fills the cache.
let page = 0;
const paths: Record<string, () => string> = {
  products: () => `/products?page=${++page}&count=2`,
  questions: () => `/qa/questions?product_id=${300 + (++page % 300)}&page=${1 + page}&count=3`,
};

const lines = [...headers.flat(), ...hosts].map(line =>
  line.toLowerCase().includes('host:') ? line : `Host: localhost\r\n${line}`,
);

beforeAll(untilQuestionsAreKept, 60_000);

// A replica admits 50 first-seen keys per second to the Nginx cache (app/cache-admission.ts).
beforeEach(() => sleep(40));

describe.each(Object.entries(paths))('%s read', (_name, freshPath) => {
  it.each(lines.map(line => [line.slice(0, 60), line]))(
    'first with %j are the same for the next reader',
    async (_start, line) => {
      const path = freshPath();
      const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\n${line}\r\nConnection: close\r\n\r\n`, 'latin1');
      const { responses } = await exchange(port, bytes);
      expect(responses).toHaveLength(1);
      expect(JSON.stringify([responses[0]?.headers, responses[0]?.text])).not.toContain('evil');

      const next = await request(path);
      // A compressed response has another entry. A response to these conditions is not cached.
      const fillsNoEntry = /^(?:Accept-Encoding: gzip$|If-(?:Match|Modified-Since|Unmodified-Since):)/m.test(
        line,
      );
      if (responses[0]?.status === 200) expect(next.headers['x-cache']).toBe(fillsNoEntry ? 'MISS' : 'HIT');
      expect(sharedPart(next)).toEqual(sharedPart(await request(`${path}&uncached=%20`)));
    },
  );
});

it('no header changes the Location of a new answer', async () => {
  const question = await newQuestion();
  const evil = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' };
  const written = { body: 'b', name: 'n', email: 'e@mail.example' };
  const response = await request(`/qa/questions/${question}/answers`, {
    method: 'POST',
    headers: evil,
    body: written,
  });
  expect(response.status).toBe(201);
  expect(response.headers.location).toBe(`/qa/questions/${question}/answers`);
});

it('no header replaces the method or path of a request', async () => {
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
