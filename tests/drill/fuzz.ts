import { Agent } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Call, call } from '../../app/testing/http.ts';
import { exchange, type RawAnswer } from '../support/raw.ts';
import { findingsIn, maxTime_ms } from './judge.ts';
import { type Request, Requests, type Things } from './requests.ts';

/** Requests under way at once. */
const connections = 16;
/** Time between two writes, in milliseconds: an address may make 50 a second. */
const writeEvery_ms = 25;
/** After so many it ends: the rest would say the same. */
const maxFindings = 20;

export interface FuzzOptions {
  readonly port: number;
  readonly requests: number;
  /** The same seed sends the same requests, but for the ids of what it asks and answers first. */
  readonly seed: number;
  readonly onProgress?: (answered: number) => void;
}

export interface FuzzResult {
  readonly sent: number;
  readonly byStatus: ReadonlyMap<number, number>;
  /** Writes whose text was read again, byte for byte. */
  readonly readBack: number;
  readonly slowest_ms: number;
  /** Each with what sends its request again. */
  readonly findings: readonly string[];
}

/** Sends requests made from the OpenAPI document, hostile in all their parts, and judges every answer. */
export async function fuzz({ port, requests, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const ask = (path: string, options?: Call) => call(port, path, options);
  const things = await makeThings(ask);
  const chosen = new Requests(seed, things);
  const byStatus = new Map<number, number>();
  const findings: string[] = [];
  let sent = 0;
  let answered = 0;
  let readBack = 0;
  let slowest_ms = 0;
  let nextWrite_ms = 0;

  const sendOne = async (request: Request): Promise<string[]> => {
    if (request.method === 'POST' || request.method === 'PUT') {
      const now_ms = performance.now();
      nextWrite_ms = Math.max(now_ms, nextWrite_ms + writeEvery_ms);
      await sleep(nextWrite_ms - now_ms);
    }
    const heard = await exchange(port, Buffer.from(request.text, 'latin1'), {
      isHead: request.method === 'HEAD',
    });
    slowest_ms = Math.max(slowest_ms, heard.took_ms);
    const [answer] = heard.answers;
    const status = answer?.status ?? 0;
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    const found = findingsIn(request, heard);
    if (answer?.status !== 201) return found;
    readBack += 1;
    return [...found, ...(await changedTexts(ask, request, answer))];
  };

  const worker = async () => {
    while (sent < requests && findings.length < maxFindings) {
      const index = sent++;
      const request = chosen.at(index);
      const found = await sendOne(request).catch(error => [String(error)]);
      for (const finding of found)
        findings.push(`request ${index} of seed ${seed}: ${finding}\n${again(port, request)}`);
      onProgress?.(++answered);
    }
  };
  const leave = watchAsBystander(port, what =>
    findings.push(`somebody else was answered with ${what} at about request ${sent} of seed ${seed}`),
  );
  await Promise.all(Array.from({ length: connections }, worker));
  leave();
  return { sent, byStatus, readBack, slowest_ms, findings };
}

/** Asks on a connection of its own all the while, as others do: whatever is sent on the rest, it is answered, and soon. */
function watchAsBystander(port: number, onFinding: (what: string) => void): () => void {
  let isOver = false;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = options =>
    connect(options as NetConnectOpts).on('close', () => isOver || onFinding('the end of their connection'));
  const ask = async () => {
    const started_ms = performance.now();
    const status = await call(port, '/health/live', { agent }).then(({ status }) => status, String);
    if (isOver) return;
    const took_ms = performance.now() - started_ms;
    if (status !== 200 || took_ms > maxTime_ms) onFinding(`${status} after ${Math.round(took_ms)} ms`);
  };
  const asking = setInterval(ask, 200);
  return () => {
    isOver = true;
    clearInterval(asking);
    agent.destroy();
  };
}

type Ask = (path: string, options?: Call) => ReturnType<typeof call>;

/** Questions and answers of its own to write to, about products that the other tests leave alone. */
async function makeThings(call: Ask): Promise<Things> {
  const products = Array.from({ length: 300 }, (_, index) => 600 + index);
  const written = { body: 'A text of the drill', name: 'Drill', email: 'drill@mail.example' };
  const create = async (path: string, body: object) => {
    const { status, text, json } = await call(path, { method: 'POST', body });
    if (status !== 201) throw new Error(`The drill could not begin: ${status} ${text}`);
    return json;
  };
  const ask = async (product_id: number) =>
    (await create('/qa/questions', { ...written, product_id })).question_id;
  const answer = async (question: number) =>
    (await create(`/qa/questions/${question}/answers`, written)).answer_id;
  const kept = { product_id: products, question_id: [] as number[], answer_id: [] as number[] };
  const reported = { question_id: [] as number[], answer_id: [] as number[] };
  for (const product of products.slice(0, 20)) {
    const question = await ask(product);
    kept.question_id.push(question);
    kept.answer_id.push(await answer(question));
    reported.answer_id.push(await answer(question));
    reported.question_id.push(await ask(product));
  }
  return { kept, reported };
}

/** What the next read shows of a question or an answer, unless it is what was sent. */
async function changedTexts(ask: Ask, { body }: Request, created: RawAnswer): Promise<string[]> {
  const bytes = Buffer.from(body, 'latin1');
  const sent = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const { question_id, answer_id } = created.json;
  const path = answer_id
    ? `${created.headers.location}?count=500`
    : `/qa/questions?product_id=${sent.product_id}&count=500`;
  const { json } = await ask(path);
  const shown = json.results.find((element: { answer_id?: number; question_id?: number }) =>
    answer_id ? element.answer_id === answer_id : element.question_id === question_id,
  );
  const texts = answer_id
    ? [shown?.body, shown?.answerer_name, shown?.photos.map(({ url }: { url: string }) => url)]
    : [shown?.question_body, shown?.asker_name];
  const expected = [sent.body, sent.name, ...(answer_id ? [sent.photos ?? []] : [])];
  const isSame = JSON.stringify(texts) === JSON.stringify(expected);
  return isSame ? [] : [`${JSON.stringify(expected)} is read as ${JSON.stringify(texts)} at ${path}`];
}

/** A line for bash that sends the request again. */
function again(port: number, { text }: Request): string {
  const packed = gzipSync(Buffer.from(text, 'latin1')).toString('base64');
  const start = JSON.stringify(text.slice(0, 300));
  return `${start}\n(base64 -d <<<${packed} | gunzip >&3; cat <&3) 3<>/dev/tcp/127.0.0.1/${port}\n`;
}
