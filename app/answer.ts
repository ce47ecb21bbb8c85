import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Response } from 'express';
import { maxInteger, type Page } from './parameters.ts';

/** How long Nginx may give an answer again, in seconds; see `keep_s` in cache.ts. */
const nginxKeeps_s = 30;
/** Less fits a packet as it is, in characters. */
const minCompressed = 512;
/** More would hold up other requests, in characters; Nginx compresses it. */
const maxCompressed = 64 * 1024;
/** 4 is nearly as small as 9 for a third of the time; few answers need a second chunk. */
const compression = { level: 4, chunkSize: 4096 };

export interface Caching {
  readonly cacheControl: 'public, max-age=60' | 'public, max-age=0, must-revalidate';
  /** Whether Nginx may keep the answer. */
  readonly isShared: boolean;
}

/**
 * Sends JSON text as it came from PostgreSQL, compressed for who accepts that, with an ETag; or 304 when the client has
 * it already.
 */
export function sendJson(response: Response, text: string, { cacheControl, isShared }: Caching): void {
  response.set({
    'Cache-Control': cacheControl,
    ETag: `W/"${hash('sha1', text, 'base64url')}"`,
  });
  if (isShared) response.set('X-Accel-Expires', String(nginxKeeps_s));
  const { req: request } = response;
  if (request.fresh) return void response.status(304).end();
  response.set('Content-Type', 'application/json; charset=utf-8');
  if (
    text.length >= minCompressed &&
    text.length <= maxCompressed &&
    request.acceptsEncodings('gzip') === 'gzip'
  )
    response.set('Content-Encoding', 'gzip').send(gzipSync(text, compression));
  else response.send(text);
}

/**
 * Sends a page as the SQL of lists returns it, `<elements>\n<json>`, with links to the pages beside it. Throws when
 * there is none: such a statement always returns a row.
 */
export function sendPage(
  response: Response,
  folded: string | undefined,
  path: string,
  { page, count, offset }: Page,
  caching: Caching,
): void {
  if (folded === undefined) throw new Error('A page came without its row.');
  const lineEnd = folded.indexOf('\n');
  const isFull = Number(folded.slice(0, lineEnd)) === count;
  const linkTo = (target: number, rel: string) =>
    `<${path}${path.includes('?') ? '&' : '?'}page=${target}&count=${count}>; rel="${rel}"`;
  const links = [
    ...(isFull && page < maxInteger && offset + count <= 2 ** 31 ? [linkTo(page + 1, 'next')] : []),
    ...(page > 1 ? [linkTo(page - 1, 'prev')] : []),
  ];
  if (links.length > 0) response.set('Link', links.join(', '));
  sendJson(response, folded.slice(lineEnd + 1), caching);
}
