import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Response } from 'express';
import { maxInteger, type Page } from './parameters.ts';

/** How long Nginx may give an answer again, in seconds; see `keep_s` in cache.ts. */
const nginxKeeps_s = 50;
/** Less fits a packet as it is, in characters. */
const minCompressed = 512;
/** 4 is nearly as small as 9 for a third of the time; few answers need a second chunk. */
const compression = { level: 4, chunkSize: 4096 };

const keptHeaders = [
  'Cache-Control',
  'Link',
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
] as const;

export interface Caching {
  readonly cacheControl: 'public, max-age=60' | 'public, max-age=0, must-revalidate';
  /** Whether Nginx may keep the answer. */
  readonly isShared: boolean;
}

/**
 * Sends JSON text as it came from PostgreSQL, compressed for who accepts that, with an ETag; or 304 when the client has
 * it already. To a 304 Nginx goes on giving the headers it kept, so the ETag tells them apart as well.
 */
export function sendJson(response: Response, text: string, caching: Caching): void {
  response.set('Cache-Control', caching.cacheControl);
  const answer = encode(keptHeaders.map(name => response.get(name)).join('\n'), text);
  response.set('ETag', answer.etag);
  const { req: request } = response;
  if (request.fresh) return void response.status(304).end();
  response.set('Content-Type', 'application/json; charset=utf-8');
  if (caching.isShared) response.set('X-Accel-Expires', String(nginxKeeps_s));
  if (text.length < minCompressed) return void response.send(text);
  if (request.acceptsEncodings('gzip') !== 'gzip') {
    answer.plain ??= Buffer.from(text);
    return void response.send(answer.plain);
  }
  response.set('Content-Encoding', 'gzip');
  // At once: left to other threads, answers would wait for them in memory, a thousand large ones in more than there is.
  answer.compressed ??= gzipSync(text, compression);
  response.send(answer.compressed);
}

interface Encoded {
  readonly headers: string;
  readonly text: string;
  readonly etag: string;
  plain?: Buffer;
  compressed?: Buffer;
}

let last: Encoded = { headers: '', text: '', etag: '' };

/** Those who waited for the same text come one after the other: all get the same bytes, which are made once. */
function encode(headers: string, text: string): Encoded {
  if (text !== last.text || headers !== last.headers) {
    const etag = `W/"${hash('sha1', `${headers}\n${text}`, 'base64url')}"`;
    last = { headers, text, etag };
  }
  return last;
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
