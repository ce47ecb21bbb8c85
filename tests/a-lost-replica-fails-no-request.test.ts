import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec } from 'docker-compose';
import { noteFault } from './fault-figures.ts';
import { clientWith, docker, newQuestion, replicas, sql, stack } from './stack.ts';
import { failuresOf, type Sent, slowestOf, Traffic } from './traffic.ts';

/** Traffic while something is done, and for 3 s before and after it. Nothing of it may be lost, whatever is done. */
async function during(fault: string, action: (traffic: Traffic) => Promise<void>): Promise<readonly Sent[]> {
  const traffic = await Traffic.start();
  try {
    await sleep(3000);
    await action(traffic);
    await sleep(3000);
  } finally {
    await traffic.stop();
  }
  const sent = [...traffic.sent];
  const lost = await traffic.countLost();
  noteFault(fault, sent, lost);
  expect(lost).toBe(0);
  await traffic.repeatFailed();
  const after = await traffic.counted();
  expect(after.inDatabase).toEqual(after.answered);
  return sent;
}

const all = ['cached', 'uncached', 'question', 'vote'] as const;

it.each(['stop', 'restart'])(
  'when one is told to %s',
  async command => {
    const [, victim = ''] = await replicas();
    const sent = await during(`a replica told to ${command}`, async () => {
      await docker(command, victim);
      await docker('start', victim);
      await sleep(5000);
    });
    expect(failuresOf(sent, ...all)).toEqual([]);
  },
  60_000,
);

it('when all are replaced one by one by make roll', async () => {
  const before = await replicas();
  const ids = () =>
    Promise.all(before.map(name => docker('inspect', '-f', '{{.Id}}', name).catch(() => name)));
  const idsBefore = await ids();
  const sent = await during('make roll', async () => {
    await promisify(execFile)('make', ['roll'], stack);
  });
  expect(failuresOf(sent, ...all)).toEqual([]);
  expect(await replicas()).toHaveLength(3);
  for (const id of await ids()) expect(idsBefore).not.toContain(id);
}, 180_000);

it('when Nginx is reloaded with another configuration', async () => {
  const sent = await during('Nginx reloaded with a change, 3 times', async () => {
    for (let time = 0; time < 3; time++) {
      const change = 'echo "# changed" >>/etc/nginx/conf.d/real-ip.conf && nginx -s reload';
      await exec('nginx', ['sh', '-c', change], stack);
      await sleep(1000);
    }
  });
  expect(failuresOf(sent, ...all)).toEqual([]);
});

it('that is a read, when one is killed; a write that it held is told that it may be sent again', async () => {
  const [, victim = ''] = await replicas();
  const sent = await during('a replica killed, 3 times', async () => {
    for (let time = 0; time < 3; time++) {
      await docker('kill', '--signal', 'KILL', victim);
      await sleep(500);
      await docker('start', victim);
      await sleep(3000);
    }
  });
  expect(failuresOf(sent, 'cached', 'uncached')).toEqual([]);
  for (const { kind, status, retryAfter, detail } of sent)
    if (status !== 200 && status !== 201 && status !== 204)
      expect({ kind, status, retryAfter, detail }).toMatchObject({
        status: 503,
        retryAfter: '1',
        detail: expect.stringContaining('sent again with its Idempotency-Key'),
      });
}, 60_000);

it('that is a write, when the one that holds it is killed: sent again with its key, each counts once', async () => {
  const [, victim = ''] = await replicas();
  const question = await newQuestion();
  const client = clientWith(24);
  const vote = (key: number) =>
    client(`/qa/questions/${question}/helpful`, {
      method: 'PUT',
      headers: { 'Idempotency-Key': `held ${question} ${key}` },
    });
  const held = sql(
    `select from qa.question where question_id = ${question} for update; select pg_sleep(0.8)`,
  );
  await sleep(150);
  const votes = Array.from({ length: 24 }, (_, key) => vote(key));
  await sleep(200);
  await docker('kill', '--signal', 'KILL', victim);
  await held;
  const answers = await Promise.all(votes);
  await docker('start', victim);

  const lost = answers.flatMap(({ status }, key) => (status === 204 ? [] : [key]));
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(24);
  for (const key of lost) {
    expect(answers[key]).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(answers[key]?.json.detail).toContain('sent again with its Idempotency-Key it counts once');
    expect((await vote(key)).status).toBe(204);
  }
  expect(await sql(`select helpful from qa.question where question_id = ${question}`)).toBe('24');
  await sleep(6000);
}, 60_000);

it('that is a read, when one freezes, and delays none by more than 2 s', async () => {
  const [, victim = ''] = await replicas();
  let frozen_ms = 0;
  const sent = await during('a replica frozen for 6 s', async traffic => {
    await docker('pause', victim);
    frozen_ms = traffic.now_ms;
    await sleep(6000);
    await docker('unpause', victim);
  });
  expect(failuresOf(sent, 'cached', 'uncached')).toEqual([]);
  expect(slowestOf(sent, 'cached', 'uncached')).toBeLessThan(2500);
  const passedOver = sent.filter(({ at_ms }) => at_ms > frozen_ms + 2500 && at_ms < frozen_ms + 4500);
  expect(slowestOf(passedOver, 'cached', 'uncached')).toBeLessThan(500);
});
