import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Response } from 'express';
import { isUnchanged } from './conditions.ts';
import { maxInteger, type Page } from './parameters.ts';
import { Problem } from './problem.ts';
import { Unsent } from './unsent.ts';

/** How long Nginx may give an answer again, in seconds; see `keep_s` in cache.ts. */
const nginxKeeps_s = 50;
/** Less fits a packet as it is, in characters. */
const minCompressed = 512;
/** 4 is nearly as small as 9 for a third of the time; few answers need a second chunk. */
const compression = { level: 4, chunkSize: 4096 };

/** Headers that Nginx keeps with an answer, and goes on giving when the app says that it is the same. */
const keptHeaders = ['Cache-Control', 'Link'] as const;

const unsent = new Unsent();

export interface Caching {
  readonly cacheControl: 'public, max-age=60' | 'public, max-age=0, must-revalidate';
  /** Whether Nginx may keep the answer. */
  readonly isShared: boolean;
}

/**
 * Sends JSON text as it came from PostgreSQL, compressed for clients that accept it, with an ETag that also tells its headers
 * apart; or 304 when the client has it already. Throws a 412 when If-Match does not hold, and a 503 when the response is
 * large and too many large ones are in flight.
 */
export function sendJson(response: Response, text: string, caching: Caching): void {
  response.set('Cache-Control', caching.cacheControl);
  const answer = encode(keptHeaders.map(name => response.get(name)).join('\n'), text);
  response.set('ETag', answer.etag);
  const { req: request } = response;
  if (isUnchanged(request, answer.etag, !caching.isShared)) return void response.status(304).end();
  const isCompressed = text.length >= minCompressed && request.acceptsEncodings('gzip') === 'gzip';
  // At once: left to other threads, answers would wait for them in memory, a thousand large ones in more than there is.
  if (isCompressed) answer.compressed ??= gzipSync(answer.plain, compression);
  const bytes = (isCompressed && answer.compressed) || answer.plain;
  unsent.add(bytes, response);
  response.set('Content-Type', 'application/json; charset=utf-8');
  if (caching.isShared) response.set('X-Accel-Expires', String(nginxKeeps_s));
  if (isCompressed) response.set('Content-Encoding', 'gzip');
  response.send(bytes);
}

interface Encoded {
  readonly headers: string;
  readonly text: string;
  readonly plain: Buffer;
  readonly etag: string;
  compressed?: Buffer;
}

let last: Encoded = { headers: '', text: '', plain: Buffer.alloc(0), etag: '' };

/** Those who waited for the same text come one after the other: all get the same bytes, which are made once. */
function encode(headers: string, text: string): Encoded {
  if (text !== last.text || headers !== last.headers) {
    const plain = Buffer.from(text);
    const etag = `W/"${hash('sha1', `${headers}\n${hash('sha1', plain, 'base64url')}`, 'base64url')}"`;
    last = { headers, text, plain, etag };
  }
  return last;
}

/**
 * Sends a page as the SQL of lists returns it, `<elements>\n<json>`, with links to the pages beside it. Throws a 400 when it
 * is too large (`maxOctets` in database.ts), and an error when there is none: such a statement always returns a row.
 */
export function sendPage(
  response: Response,
  folded: string | undefined,
  path: string,
  { page, count, offset }: Page,
  caching: Caching,
): void {
  if (folded === undefined) throw new Error('A page came without its row.');
  if (folded === '') throw new Problem(400, 'count is too large: the page would be over 1 MiB.');
  const lineEnd = folded.indexOf('\n');
  const isFull = count > 0 && Number(folded.slice(0, lineEnd)) === count;
  const linkTo = (target: number, rel: string) =>
    `<${path}${path.includes('?') ? '&' : '?'}page=${target}&count=${count}>; rel="${rel}"`;
  const links = [
    ...(isFull && page < maxInteger && offset + count <= 2 ** 31 ? [linkTo(page + 1, 'next')] : []),
    ...(page > 1 && count > 0 ? [linkTo(page - 1, 'prev')] : []),
  ];
  if (links.length > 0) response.set('Link', links.join(', '));
  sendJson(response, folded.slice(lineEnd + 1), caching);
}
