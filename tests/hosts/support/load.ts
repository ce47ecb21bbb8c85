import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { type Call, call } from '../../../app/testing/http.ts';
import type { Machine } from './machines.ts';

const requestsPerSecond = 100;

/** Every fifth request is a write. */
const writeEach = 5;

/**
 * Sends reads and writes to a machine during an action. Returns how many were sent, the failed ones, and the number of
 * confirmed writes that the database lacks.
 */
export async function underLoad(machine: Machine, action: () => Promise<unknown>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const marker = `load ${randomUUID()}`;
  const failed: string[] = [];
  const inFlight = new Set<Promise<void>>();
  const firstPage = Math.ceil(Math.random() * 1e8);
  const started_ms = performance.now();
  let sent = 0;
  let confirmed = 0;
  const send = async (path: string, options: Call) => {
    const at_s = ((performance.now() - started_ms) / 1000).toFixed(1);
    const outcome = await call(80, path, { ...options, agent, host: machine.address }).then(
      ({ status, text }) => (status < 300 ? '' : `${status} ${text}`),
      String,
    );
    if (outcome) failed.push(`${options.method ?? 'GET'} ${path} at ${at_s} s: ${outcome}`);
    else if (options.method) confirmed++;
  };
  const launch = () => {
    const number = sent++;
    const body = { product_id: 1, body: `${marker} ${number}`, name: 'Load', email: 'load@mail.example' };
    const sending =
      number % writeEach === 0
        ? send('/qa/questions', {
            method: 'POST',
            body,
            headers: { 'Idempotency-Key': randomUUID() },
          })
        : send(
            number % 2 ? `/products/${1 + (number % 1000)}` : `/products?page=${firstPage + number}&count=3`,
            {},
          );
    inFlight.add(sending);
    void sending.finally(() => inFlight.delete(sending));
  };
  const timer = setInterval(launch, 1000 / requestsPerSecond);
  try {
    await action();
  } finally {
    clearInterval(timer);
    await Promise.all(inFlight);
    agent.destroy();
  }
  const elapsed_s = (performance.now() - started_ms) / 1000;
  if (sent < 0.9 * requestsPerSecond * elapsed_s)
    throw new Error(`Only ${sent} requests were sent in ${elapsed_s} s.`);
  const query = `select count(*) from qa.question where body like '${marker} %'`;
  const inDatabase = Number(
    await machine.ssh(`cd elier && docker compose exec -T postgres psql -U elier -Atc "${query}" elier`),
  );
  return { sent, failed, lost: confirmed - inDatabase };
}
