import { Client } from 'pg';
import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
let blocker: Client;
beforeAll(async () => {
  service = await startTestService({ databaseConnections: 4 });
  blocker = new Client(service.database.owner);
  await blocker.connect();
});
afterAll(async () => {
  await blocker.end();
  await service.stop();
});

const vote = async () => {
  const started = performance.now();
  const { status, headers } = await service.call('/qa/questions/8/helpful', { method: 'PUT' });
  return { status, retryAfter: headers['retry-after'], ms: performance.now() - started };
};

it('for the statement that waits, for those behind it, and for those that find the queue full', async () => {
  await blocker.query('begin; select from qa.question where question_id = 8 for update');
  const votes = await Promise.all(Array.from({ length: 600 }, vote));
  await blocker.query('rollback');

  for (const { status, retryAfter } of votes) expect([status, retryAfter]).toEqual([503, '1']);
  // On top of the 1.9 s, the time this process takes to make 600 requests.
  expect(Math.max(...votes.map(({ ms }) => ms))).toBeLessThan(4000);
  expect(await vote()).toMatchObject({ status: 204 });
  const [{ helpful }] = await service.sql('select helpful from qa.question where question_id = 8');
  expect(helpful).toBe(1);
});

it('for one that waits alone', async () => {
  await blocker.query('begin; select from qa.question where question_id = 8 for update');
  const { status, ms } = await vote();
  await blocker.query('rollback');
  expect(status).toBe(503);
  expect(ms).toBeLessThan(2000);
});
