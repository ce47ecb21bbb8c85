import { fuzz } from './drill/fuzz.ts';
import { port } from './support/stack.ts';

// `make drill` sends ten times as many, and others each time.
it('2,000 of them, whatever part of them is hostile', async () => {
  const { sent, byStatus, readBack, findings } = await fuzz({ port, requests: 2000, seed: 1 });
  expect(findings).toEqual([]);
  expect(sent).toBe(2000);
  // Most parts of the service were reached, or this shows little.
  expect([...byStatus.keys()].sort()).toEqual(
    expect.arrayContaining([200, 201, 204, 304, 400, 404, 405, 412, 413, 414, 415, 422, 431]),
  );
  expect(readBack).toBeGreaterThan(50);
}, 120_000);
