import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** The longest URL and header line, and all headers together, in bytes: Nginx has buffers for as much. */
const maxUrl = 8 * 1024;
const maxLine = 8 * 1024;
const maxHeaders = 16 * 1024;
/** The largest body, in bytes. */
export const maxBody = 64 * 1024;

/** Gives every response its own X-Request-Id: the one Nginx made, or a new one. Nginx may compress any of them. */
export const nameRequests: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id');
  response.locals.requestId =
    given && /^[0-9.-]{8,64}$/.test(given) ? given : randomBytes(16).toString('hex');
  response.setHeader('X-Request-Id', response.locals.requestId);
  response.setHeader('Vary', 'Accept-Encoding');
  next();
};

/**
 * Refuses a request that is too large before its body is read, and a URL with a fragment, which no client sends: Express would take
 * `/a\b#` for /a/b, and Nginx does not.
 */
export const limitRequests: RequestHandler = (request, _response, next) => {
  const { originalUrl, rawHeaders } = request;
  if (originalUrl.length > maxUrl) throw new Problem(414, 'The URL is over 8 KiB.');
  let headers = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const line = name.length + value.length + ': \r\n'.length;
    if (line > maxLine) throw new Problem(431, 'A header is over 8 KiB.');
    headers += line;
  }
  if (headers > maxHeaders) throw new Problem(431, 'The headers are over 16 KiB.');
  if (Number(request.get('Content-Length')) > maxBody) throw new Problem(413, 'The body is over 64 KiB.');
  if (originalUrl.includes('#')) throw new Problem(400, 'The URL must not have a fragment.');
  next();
};
