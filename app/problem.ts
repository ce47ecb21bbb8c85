import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';

/** One rule that a body breaks: where (a JSON pointer) and which. */
export interface BrokenRule {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions extends ErrorOptions {
  readonly errors?: readonly BrokenRule[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error response: application/problem+json of RFC 9457. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly BrokenRule[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, { errors, headers = {}, ...options }: ProblemOptions = {}) {
    super(detail, options);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  /** The body as the client sees it. */
  toJSON() {
    const { status, message: detail, errors } = this;
    return { type: 'about:blank', title: STATUS_CODES[status], status, detail, ...(errors && { errors }) };
  }
}

/** 503 for a request that may be sent again in a second. */
export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem(503, detail, { headers: { 'Retry-After': '1' }, cause });
}

/** 404 for a missing thing; `name` as in "product 7". */
export function doesNotExist(name: string): Problem {
  return new Problem(404, `There is no ${name}.`);
}

export const unknownRoute: RequestHandler = () => {
  throw new Problem(404, 'There is nothing at this path.');
};

/** 405 for methods of a route without a handler. */
export function onlyAllows(...methods: readonly string[]): RequestHandler {
  const allow = methods.join(', ');
  return (request, response) => {
    response.set('Allow', allow);
    throw new Problem(405, `${request.method} is not possible here, only ${allow}.`);
  };
}

function send(response: Response, problem: Problem): void {
  for (const name of ['ETag', 'Link']) response.removeHeader(name); // of the response that this one replaces
  response.status(problem.status).set(problem.headers).set('Cache-Control', 'no-store');
  response.type('application/problem+json').send(JSON.stringify(problem));
}

/** Answers every error with a problem. An error of the server goes to the log, in `locals.failure`. */
export const sendProblems: ErrorRequestHandler = (error, _request, response, next) => {
  const problem = problemFrom(error);
  if (problem.status >= 500) response.locals.failure = error;
  if (response.headersSent) next(error);
  else send(response, problem);
};

function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express and its body reader throw errors that carry a 4xx status.
  const status = (error as { status?: unknown }).status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem(status, requestDefects[status] ?? 'The request cannot be understood.');
  }
  return new Problem(
    500,
    'Something went wrong here. It has been logged under the X-Request-Id of this answer.',
  );
}

/** Also for the 415 of Express's body reader. */
export const notJson = 'The body must be JSON: application/json in UTF-8, not compressed.';

const requestDefects: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  413: 'The body is over 64 KiB.',
  415: notJson,
};
