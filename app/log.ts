import { DatabaseError } from 'pg';
import { createLogger, format, type Logger, transports } from 'winston';
import { Problem } from './problem.ts';
import type { Report } from './when-closed.ts';

export type Log = Logger;

/** A request that takes longer than this is logged, in milliseconds. */
const slow_ms = 500;

/** The bounds are those of RFC 5321, and keep the search linear. */
const emailLike = /[^\s"'<>(),:;@]{1,64}@[^\s"'<>(),:;@]{1,255}/g;

const withoutEmails = format(info => {
  for (const [key, value] of Object.entries(info)) {
    if (typeof value === 'string') info[key] = value.replaceAll(emailLike, '(e-mail)');
  }
  return info;
});

/** JSON lines on standard output. Text that looks like an e-mail address is replaced. */
export function createLog(level: string): Log {
  return createLogger({
    level,
    format: format.combine(withoutEmails(), format.timestamp(), format.json()),
    transports: [new transports.Console()],
  });
}

/** Logs writes, slow requests and failures; Nginx logs the rest. */
export function logRequests(log: Log): Report {
  return (request, response, exact_ms) => {
    const ms = Math.round(exact_ms);
    const { statusCode: status, writableFinished: isFinished, locals } = response;
    const isWrite = request.method === 'POST' || request.method === 'PUT';
    if (!isWrite && ms < slow_ms && status < 500 && isFinished) return;
    log.log(status >= 500 ? 'error' : 'info', 'request', {
      request_id: locals.requestId,
      method: request.method,
      route: request.route?.path ?? 'none',
      status,
      ms,
      ...(!isFinished && { aborted: true }),
      ...(locals.failure && { failure: describe(locals.failure) }),
    });
  };
}

/** The messages of an error and its causes; the stack only of an unexpected error. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause) return `${error.message}: ${describe(error.cause)}`;
  return error instanceof Problem || error instanceof DatabaseError
    ? error.message
    : (error.stack ?? error.message);
}
