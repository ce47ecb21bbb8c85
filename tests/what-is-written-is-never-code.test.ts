import { jsonMembers } from './drill/hostile.ts';
import { newAnswer, newQuestion, request } from './support/stack.ts';

const written = { body: 'b', name: 'n', email: 'e@mail.example' };
const post = (path: string, body: unknown, headers = {}) => request(path, { method: 'POST', body, headers });

const sql = [
  "'; drop table qa.question; --",
  "' || pg_sleep(9) || '",
  "\\'; delete from qa.answer; --",
  '$$; truncate qa.answer; $$',
  '1); update qa.answer set helpful = 99; --',
  '{"x",NULL}',
  "x'::int",
];

it.each(sql)('PostgreSQL stores %s as text', async text => {
  const question = await newQuestion();
  const started_ms = performance.now();
  const url = `https://images.example/${encodeURI(text)},{}"`;
  const { status, json } = await newAnswer(question, { body: text, name: text, photos: [url, url] });
  expect(status).toBe(201);
  for (const path of [
    `/products/${encodeURIComponent(text)}`,
    `/qa/questions?product_id=${encodeURIComponent(text)}`,
    `/qa/questions/${question}/answers?page=${encodeURIComponent(text)}`,
  ])
    expect((await request(path)).status).toBe(400);
  const key = { 'Idempotency-Key': `${text} ${question}` };
  expect(
    (await request(`/qa/answers/${json.answer_id}/helpful`, { method: 'PUT', headers: key })).status,
  ).toBe(204);
  const { json: list } = await request(`/qa/questions/${question}/answers`);
  expect(list.results).toMatchObject([
    { body: text, answerer_name: text, helpfulness: 1, photos: [{ url }, { url }] },
  ]);
  expect(performance.now() - started_ms).toBeLessThan(5000);
});

it.each(jsonMembers)('JavaScript does not apply the member %s', async member => {
  const question = await newQuestion();
  const path = `/qa/questions/${question}/answers`;
  const { status } = await post(path, `{${member},${JSON.stringify(written).slice(1)}`);
  expect([201, 422]).toContain(status);
  const { text, json } = await newAnswer(question);
  expect(text).not.toMatch(/polluted|isAdmin/);
  expect(json).toEqual({
    answer_id: expect.any(Number),
    body: 'A text of the tests',
    date: expect.any(String),
    answerer_name: 'Tester',
    helpfulness: 0,
    photos: [],
  });
  // Members of a prototype do not replace missing members.
  const inherited = '{"__proto__":{"body":"b","name":"n","email":"e@mail.example"}}';
  expect((await post(path, inherited)).status).toBe(422);
});

const breaks = [
  '\r\nX-Injected: yes',
  '%0d%0aX-Injected:%20yes',
  '\nX-Injected: yes',
  '\u010d\u010aX-Injected: yes',
];

it.each(breaks)('no response has a header injected by %j', async text => {
  const question = await newQuestion();
  const encoded = encodeURIComponent(text);
  const responses = [
    await newAnswer(question, { body: `a${text}`, name: `a${text}` }),
    await request(`/products/1${encoded}`),
    await request(`/products?page=2&count=1&x=${encoded}`),
    await request(`/products?page=1${encoded}`),
    await request(`/nothing${encoded}`),
    await request(`/qa/questions/${question}/answers${encoded}`, { method: 'PUT' }),
  ];
  expect(responses.map(({ status }) => status)).toEqual([201, 400, 200, 400, 404, 404]);
  for (const { headers } of responses) expect(headers['x-injected']).toBeUndefined();
});
