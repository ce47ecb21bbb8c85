import { writeSync } from 'node:fs';
import { documentedBody, Undocumented } from '../app/testing/documented-response.ts';
import { type Plan, samplesFd, timeout_ms } from './plan.ts';
import { productDrawer } from './popularity.ts';
import { Tally } from './tally.ts';

// Hooks that Artillery calls during a visit. They draw ids, check every response and count results. They run in each
// worker of Artillery, which writes one sample per second to file descriptor 3, as a line of JSON.
// https://www.artillery.io/docs/reference/engines/http#advanced-writing-custom-logic-in-javascript

type Next = (error?: Error) => void;
interface Request {
  readonly uuid: string;
  /** The operation of the OpenAPI document. */
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
const drawProduct = productDrawer(plan.products, plan.popularity);
const tally = new Tally(timeout_ms);
let end_ms = Number.POSITIVE_INFINITY;
let hasBegun = false;

function report(): void {
  writeSync(samplesFd, `${JSON.stringify(tally.sample(performance.now()))}\n`);
}

/** Starts no visit after the end of the stage, even if Artillery is behind schedule. */
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
  const seed = plan.seeds[Math.floor(Math.random() * plan.seeds.length)];
  Object.assign(vars, {
    product: drawProduct(),
    question: seed?.question,
    ownProduct: seed?.product,
    ownQuestion: seed?.question,
    ownAnswer: seed?.answer,
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
    ? checkResponse(vars, request.name, { status, headers, text })
    : `status ${status}`;
  tally.responded(request.uuid, { status, cache: headers['x-cache'], error }, now_ms);
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

/** 429 is the correct response to a write above the limit. */
const isExpected = ({ method }: Request, status: number) =>
  (status >= 200 && status < 300) || (status === 429 && method !== 'GET');

/** Checks a response and stores the ids that the visit needs next. Returns the violation, if any. */
function checkResponse(
  vars: Visit['vars'],
  operation: string,
  response: Parameters<typeof documentedBody>[1],
) {
  try {
    const body = documentedBody(operation, response);
    if (response.status < 300) Object.assign(vars, idsFrom(operation, body));
    return undefined;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    return error.message;
  }
}

function idsFrom(operation: string, body: unknown): object {
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
