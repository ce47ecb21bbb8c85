import { fuzz } from './drill/fuzz.ts';
import { port, request, sql } from './support/stack.ts';

// Some of the requests report question 1, which other tests read. The vote ends the cached responses of its product.
afterAll(async () => {
  await sql('update qa.question set reported = false where question_id = 1');
  expect((await request('/qa/questions/1/helpful', { method: 'PUT' })).status).toBe(204);
});

// `make drill` sends ten times as many, with another seed each time.
it('2,000 requests, hostile in any part, get documented responses', async () => {
  const { sent, byStatus, readBack, findings } = await fuzz({ port, requests: 2000, seed: 1 });
  expect(findings).toEqual([]);
  expect(sent).toBe(2000);
  // All these statuses show that the requests reached most parts of the service.
  expect([...byStatus.keys()].sort()).toEqual(
    expect.arrayContaining([200, 201, 204, 304, 400, 404, 405, 412, 413, 414, 415, 422, 431]),
  );
  expect(readBack).toBeGreaterThan(50);
}, 120_000);
