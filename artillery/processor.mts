import { writeSync } from 'node:fs';
import { documentedBody, Undocumented } from '../app/testing/documented-answer.ts';
import { productsOf } from './drawn.ts';
import { type Plan, samplesTo, timeout_ms } from './plan.ts';
import { Tally } from './tally.ts';

// What Artillery calls as its visits go on: draws what they ask for, checks every answer, and counts. It runs in each
// of Artillery's workers; what they counted goes to file descriptor 3, as a line of JSON a second.
// https://www.artillery.io/docs/reference/engines/http#advanced-writing-custom-logic-in-javascript

type Next = (error?: Error) => void;
interface Request {
  readonly uuid: string;
  /** The operation, as the OpenAPI document names it. */
  readonly name: string;
  readonly method: string;
  followRedirect: boolean;
}
interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
interface Visit {
  readonly vars: Record<string, unknown>;
}

const plan: Plan = JSON.parse(process.env.ELIER_LOAD_PLAN ?? '');
const drawProduct = productsOf(plan.products, plan.popularity);
const tally = new Tally(timeout_ms);
let end_ms = Number.POSITIVE_INFINITY;
let hasBegun = false;

function report(): void {
  writeSync(samplesTo, `${JSON.stringify(tally.sample(performance.now()))}\n`);
}

/** Nothing begins after the stage's time, also when Artillery is late with its visits. */
export function beginVisit({ vars }: Visit, _events: unknown, next: Next): void {
  const now_ms = performance.now();
  if (!hasBegun) {
    hasBegun = true;
    end_ms = now_ms + plan.seconds * 1000;
    setInterval(report, 1000);
    process.once('exit', report);
  }
  if (now_ms >= end_ms) {
    next(new Error('the stage is over'));
    return;
  }
  tally.visit();
  const own = plan.own[Math.floor(Math.random() * plan.own.length)];
  Object.assign(vars, {
    product: drawProduct(),
    question: own?.question,
    ownProduct: own?.product,
    ownQuestion: own?.question,
    ownAnswer: own?.answer,
  });
  next();
}

export function beginRequest(request: Request, _visit: Visit, _events: unknown, next: Next): void {
  request.followRedirect = false;
  tally.sent(request.uuid, request.name, performance.now());
  next();
}

export function endRequest(
  request: Request,
  response: Response,
  { vars }: Visit,
  _events: unknown,
  next: Next,
): void {
  const now_ms = performance.now();
  const { statusCode: status, headers, body: text } = response;
  const error = isExpected(request, status)
    ? learn(vars, request.name, { status, headers, text })
    : `status ${status}`;
  tally.answered(request.uuid, { status, cache: headers['x-cache'], error }, now_ms);
  next();
}

export function failRequest(
  { code, message }: NodeJS.ErrnoException,
  { uuid }: Request,
  _visit: Visit,
  _events: unknown,
  next: Next,
): void {
  tally.failed(uuid, code ?? message, performance.now());
  next();
}

/** A write that comes too fast is refused as it should be. */
const isExpected = ({ method }: Request, status: number) =>
  (status >= 200 && status < 300) || (status === 429 && method !== 'GET');

/** Checks an answer, and keeps what the visit goes on with. Returns what is wrong with it. */
function learn(vars: Visit['vars'], operation: string, answer: Parameters<typeof documentedBody>[1]) {
  try {
    const body = documentedBody(operation, answer);
    if (answer.status < 300) Object.assign(vars, learned(operation, body));
    return undefined;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    return error.message;
  }
}

function learned(operation: string, body: unknown): object {
  switch (operation) {
    case 'GET /qa/questions': {
      const [first] = (body as { results: { question_id: number }[] }).results;
      return first ? { question: first.question_id } : {};
    }
    case 'POST /qa/questions':
      return { ownQuestion: (body as { question_id: number }).question_id };
    case 'POST /qa/questions/{question_id}/answers':
      return { ownAnswer: (body as { answer_id: number }).answer_id };
    default:
      return {};
  }
}
