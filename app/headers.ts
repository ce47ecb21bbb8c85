import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** The longest URL and the largest headers, in bytes. */
const maxUrl = 8 * 1024;
const maxHeaders = 8 * 1024;
/** The largest body, in bytes. */
export const maxBody = 64 * 1024;

/** Gives every answer its own X-Request-Id: the one Nginx made, or a new one. Nginx may compress any of them. */
export const nameRequests: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id');
  response.locals.requestId =
    given && /^[0-9.-]{8,64}$/.test(given) ? given : randomBytes(16).toString('hex');
  response.set({ 'X-Request-Id': response.locals.requestId, Vary: 'Accept-Encoding' });
  next();
};

/** Lets pages of the origin call from a browser, and answers their preflights. */
export function allowOrigin(origin: string): RequestHandler {
  return (request, response, next) => {
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'Link, ETag, Location, Retry-After, X-Request-Id, X-Cache',
    });
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key',
      'Access-Control-Max-Age': '86400',
    });
    response.status(204).end();
  };
}

/** Refuses what says that it is too large before anything reads it. */
export const limitSizes: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > maxUrl) throw new Problem(414, 'The URL is over 8 KiB.');
  const headers = request.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  if (headers > maxHeaders) throw new Problem(431, 'The headers are over 8 KiB.');
  if (Number(request.get('Content-Length')) > maxBody) throw new Problem(413, 'The body is over 64 KiB.');
  next();
};

/** Refuses a URL with a fragment, which is never sent: Express would take `/a\b#` for /a/b, and Nginx does not. */
export const refuseFragments: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.includes('#')) throw new Problem(400, 'The URL must not have a fragment.');
  next();
};
