import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Load } from './load.ts';
import { anyVisitor } from './visitors.ts';

// Latency counts from the due time of a request, so it includes the wait for a connection. Prints its figures as a line of
// JSON. If the file has writes, it also votes, reads the vote at once, and counts the reads without the vote.
const command = new Command('open-load')
  .description('Sends the requests of a file at a fixed rate.')
  .argument('<url>', 'the origin')
  .argument('<list>', 'the file, with a request ("GET /path") per line')
  .requiredOption('--rate <number>', 'requests per second', Number)
  .requiredOption('--seconds <number>', 'how long', Number)
  // The default is more than the visitors of a small shop open at once.
  .option('--connections <number>', 'the most connections at a time', Number, 256)
  .option('--visitors', 'each request comes from one of 1,000 addresses')
  .parse();
const [url, list] = command.processedArgs as [string, string];
const { rate, seconds, connections, visitors } = command.opts<{
  rate: number;
  seconds: number;
  connections: number;
  visitors?: true;
}>();
const requests = readFileSync(list, 'utf8').split('\n');
const hasWrites = requests.some(line => line.startsWith('PUT'));

const agent = new Agent({ keepAlive: true, maxSockets: connections });
const timeout_ms = 5000;

interface Response {
  readonly status: number;
  readonly text: string;
}

const sockets = new Set<Socket>();

function send(line: string, wantsText = false): Promise<Response> {
  const [method, path] = line.split(' ');
  const encoding = wantsText ? {} : { 'Accept-Encoding': 'gzip' };
  const headers = { ...encoding, ...(visitors && anyVisitor()) };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, agent, headers, timeout: timeout_ms }, response => {
      let text = '';
      response.on('data', chunk => {
        if (wantsText) text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no response')));
    outgoing.on('socket', socket => sockets.add(socket));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const times = createHistogram();
const seen = { requests: 0, refused: 0, limited: 0, broken: 0, checked: 0, stale: 0 };
/** The first five: there may be thousands. */
const refusals: string[] = [];
const inFlight = new Set<Promise<void>>();

async function sendAndCount(line: string, wantsText = false): Promise<Response> {
  const response = await send(line, wantsText);
  const { status } = response;
  if (status < 400) return response;
  if (status === 429) seen.limited++;
  else seen.refused++;
  if (refusals.length < 5) refusals.push(`${status} to ${line} at ${new Date().toISOString()}`);
  return response;
}

async function sendWhenDue(line: string, due_ms: number): Promise<void> {
  try {
    await sendAndCount(line);
    seen.requests++;
  } catch {
    seen.broken++;
  }
  times.record(Math.max(1, Math.round((performance.now() - due_ms) * 1000)));
}

interface Question {
  readonly question_id: number;
  readonly question_helpfulness: number;
}

/** A product's questions; undefined when the request was refused. */
async function questionsOf(product: number): Promise<Question[] | undefined> {
  const response = await sendAndCount(`GET /qa/questions?product_id=${product}`, true);
  return response.status === 200 ? JSON.parse(response.text).results : undefined;
}

/** Reads a page of questions, votes for the first one, and reads the page again. */
async function checkOwnWrite(product: number): Promise<void> {
  const [question] = (await questionsOf(product)) ?? [];
  if (!question) return;
  const { question_id: id, question_helpfulness: before } = question;
  const vote = await sendAndCount(`PUT /qa/questions/${id}/helpful`);
  if (vote.status !== 204) return;
  const questionsAfter = await questionsOf(product);
  if (!questionsAfter) return;
  const after = questionsAfter.find(({ question_id }) => question_id === id);
  seen.checked++;
  if (!after || after.question_helpfulness <= before) seen.stale++;
}

async function checkOwnWrites(until_ms: number): Promise<void> {
  for (let product = 1; performance.now() < until_ms; product = (product % 1000) + 1) {
    await checkOwnWrite(product).catch(() => seen.broken++);
    await sleep(20);
  }
}

const started_ms = performance.now();
const checking = hasWrites ? checkOwnWrites(started_ms + seconds * 1000) : Promise.resolve();
for (let sent = 0; sent < rate * seconds; ) {
  const due = Math.min((performance.now() - started_ms) * (rate / 1000), rate * seconds);
  for (; sent < due; sent++) {
    const sending = sendWhenDue(
      requests[sent % requests.length] as string,
      started_ms + (sent / rate) * 1000,
    );
    inFlight.add(sending);
    void sending.finally(() => inFlight.delete(sending));
  }
  await sleep(1);
}
await Promise.all([checking, ...inFlight]);
const elapsed_s = (performance.now() - started_ms) / 1000;
const bytes = [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
agent.destroy();

const at = (percentile: number) => times.percentile(percentile) / 1000;
const load: Load = {
  ...seen,
  refusals,
  bytes,
  seconds: elapsed_s,
  mean_ms: times.mean / 1000,
  p50_ms: at(50),
  p95_ms: at(95),
  p99_ms: at(99),
  p999_ms: at(99.9),
};
console.log(JSON.stringify(load));
