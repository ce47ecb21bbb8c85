import { Agent } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Call, call } from '../../app/testing/http.ts';
import { exchange, type RawResponse } from '../support/raw.ts';
import { findingsIn, maxTime_ms } from './judge.ts';
import { type Request, Requests, type Targets } from './requests.ts';

/** Requests in flight at a time. */
const connections = 16;
/** An address may send 50 writes per second. */
const writeEvery_ms = 25;
/** The run ends after this number of findings. */
const maxFindings = 20;

export interface FuzzOptions {
  readonly port: number;
  readonly requests: number;
  /** The same seed sends the same requests, except for the ids of new questions and answers. */
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}

export interface FuzzResult {
  readonly sent: number;
  readonly byStatus: ReadonlyMap<number, number>;
  /** Written texts that were read back and compared. */
  readonly readBack: number;
  readonly slowest_ms: number;
  /** Each finding has a command that repeats its request. */
  readonly findings: readonly string[];
}

/** Sends requests built from the OpenAPI document, hostile in any part, and checks every response. */
export async function fuzz({ port, requests, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const send = (path: string, options?: Call) => call(port, path, options);
  const targets = await createTargets(send);
  const chosen = new Requests(seed, targets);
  const byStatus = new Map<number, number>();
  const findings: string[] = [];
  let sent = 0;
  let done = 0;
  let readBack = 0;
  let slowest_ms = 0;
  let nextWrite_ms = 0;

  const sendOne = async (request: Request): Promise<string[]> => {
    if (request.method === 'POST' || request.method === 'PUT') {
      const now_ms = performance.now();
      nextWrite_ms = Math.max(now_ms, nextWrite_ms + writeEvery_ms);
      await sleep(nextWrite_ms - now_ms);
    }
    const received = await exchange(port, Buffer.from(request.text, 'latin1'), {
      isHead: request.method === 'HEAD',
    });
    slowest_ms = Math.max(slowest_ms, received.took_ms);
    const [response] = received.responses;
    const status = response?.status ?? 0;
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    const found = findingsIn(request, received);
    if (response?.status !== 201) return found;
    readBack += 1;
    return [...found, ...(await changedTexts(send, request, response))];
  };

  const worker = async () => {
    while (sent < requests && findings.length < maxFindings) {
      const index = sent++;
      const request = chosen.at(index);
      const found = await sendOne(request).catch(error => [String(error)]);
      for (const finding of found)
        findings.push(`request ${index} of seed ${seed}: ${finding}\n${commandFor(port, request)}`);
      onProgress?.(++done);
    }
  };
  const stopWatching = watchAsBystander(port, event =>
    findings.push(`a bystander got ${event} at about request ${sent} of seed ${seed}`),
  );
  await Promise.all(Array.from({ length: connections }, worker));
  stopWatching();
  return { sent, byStatus, readBack, slowest_ms, findings };
}

/** Sends health checks on a connection of its own, and reports failures, slow responses and a closed connection. */
function watchAsBystander(port: number, onFinding: (event: string) => void): () => void {
  let isOver = false;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = options =>
    connect(options as NetConnectOpts).on('close', () => isOver || onFinding('a closed connection'));
  const check = async () => {
    const started_ms = performance.now();
    const status = await call(port, '/health/live', { agent }).then(({ status }) => status, String);
    if (isOver) return;
    const took_ms = performance.now() - started_ms;
    if (status !== 200 || took_ms > maxTime_ms) onFinding(`${status} after ${Math.round(took_ms)} ms`);
  };
  const checking = setInterval(check, 200);
  return () => {
    isOver = true;
    clearInterval(checking);
    agent.destroy();
  };
}

type Send = (path: string, options?: Call) => ReturnType<typeof call>;

/** Creates questions and answers to write to, about products that no other test uses. */
async function createTargets(send: Send): Promise<Targets> {
  const products = Array.from({ length: 300 }, (_, index) => 600 + index);
  const written = { body: 'A text of the drill', name: 'Drill', email: 'drill@mail.example' };
  const create = async (path: string, body: object) => {
    const { status, text, json } = await send(path, { method: 'POST', body });
    if (status !== 201) throw new Error(`The drill cannot start: POST ${path} returned ${status} ${text}`);
    return json;
  };
  const newQuestion = async (product_id: number) =>
    (await create('/qa/questions', { ...written, product_id })).question_id;
  const newAnswer = async (question: number) =>
    (await create(`/qa/questions/${question}/answers`, written)).answer_id;
  const kept = { product_id: products, question_id: [] as number[], answer_id: [] as number[] };
  const reported = { question_id: [] as number[], answer_id: [] as number[] };
  for (const product of products.slice(0, 20)) {
    const question = await newQuestion(product);
    kept.question_id.push(question);
    kept.answer_id.push(await newAnswer(question));
    reported.answer_id.push(await newAnswer(question));
    reported.question_id.push(await newQuestion(product));
  }
  return { kept, reported };
}

/** A photo that others can load; the app leaves out any other text. */
const isPhoto = (url: string) => /^\s*https?:\/\//i.test(url) && URL.canParse(url);

/** Reads a new question or answer, and reports texts that differ from those sent. */
async function changedTexts(send: Send, { body }: Request, created: RawResponse): Promise<string[]> {
  const bytes = Buffer.from(body, 'latin1');
  const sent = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const { question_id, answer_id } = created.json;
  const path = answer_id
    ? `${created.headers.location}?count=500`
    : `/qa/questions?product_id=${sent.product_id}&count=500`;
  const { json } = await send(path);
  const shown = json.results.find((element: { answer_id?: number; question_id?: number }) =>
    answer_id ? element.answer_id === answer_id : element.question_id === question_id,
  );
  const texts = answer_id
    ? [shown?.body, shown?.answerer_name, shown?.photos.map(({ url }: { url: string }) => url)]
    : [shown?.question_body, shown?.asker_name];
  const expected = [sent.body, sent.name, ...(answer_id ? [(sent.photos ?? []).filter(isPhoto)] : [])];
  const isSame = JSON.stringify(texts) === JSON.stringify(expected);
  return isSame ? [] : [`${JSON.stringify(expected)} reads as ${JSON.stringify(texts)} at ${path}`];
}

/** A line of bash that repeats the request. */
function commandFor(port: number, { text }: Request): string {
  const packed = gzipSync(Buffer.from(text, 'latin1')).toString('base64');
  const start = JSON.stringify(text.slice(0, 300));
  return `${start}\n(base64 -d <<<${packed} | gunzip >&3; cat <&3) 3<>/dev/tcp/127.0.0.1/${port}\n`;
}
