import type { RequestHandler } from 'express';

/** The headers of a response that a page of another origin may read. */
const exposed = 'Link, ETag, Location, Retry-After, X-Request-Id, X-Cache';
const methods = 'GET, HEAD, POST, PUT';
/** How long a browser may cache a preflight, in seconds: a day, Firefox's maximum. */
const maxAge_s = 86_400;
/** The longest list of header names that a preflight echoes, in characters. */
const maxNames = 1024;

/** Whose pages may call from a browser: any, or those of the listed origins. */
export type Origins = '*' | readonly string[];

/**
 * Lets pages of the origins call from a browser, and answers their preflights. A page of another origin gets no
 * Access-Control header. Nginx replaces these headers by its own (nginx/cors.conf), but for those of a preflight.
 */
export function allowOrigins(origins: Origins): RequestHandler {
  return (request, response, next) => {
    const origin = request.get('Origin');
    const allowed = origins === '*' ? '*' : origins.find(one => one === origin);
    if (origins !== '*') response.vary('Origin');
    if (allowed) {
      response.setHeader('Access-Control-Allow-Origin', allowed);
      response.setHeader('Access-Control-Expose-Headers', exposed);
    }
    if (request.method !== 'OPTIONS') return next();
    if (allowed) {
      response.set({ 'Access-Control-Allow-Methods': methods, 'Access-Control-Max-Age': String(maxAge_s) });
      const names = request.get('Access-Control-Request-Headers') ?? '';
      if (areNames(names)) response.set('Access-Control-Allow-Headers', names);
    }
    response.status(204).end();
  };
}

/** Whether it lists header names: tokens of RFC 9110, section 5.6.2. */
function areNames(text: string): boolean {
  if (text.length > maxNames) return false;
  return text.split(',').every(name => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name.trim()));
}
