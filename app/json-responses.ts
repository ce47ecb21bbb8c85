import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Response } from 'express';
import { isUnchanged } from './conditions.ts';
import { tooLarge } from './database.ts';
import { maxInteger, type Page } from './parameters.ts';
import { PendingBytes } from './pending-bytes.ts';
import { Problem } from './problem.ts';

/** How long an entry of Nginx's cache is fresh, in seconds: for ever, because a change of what it shows changes its key. */
const nginxKeeps_s = 365 * 86_400;
/** A shorter text fits a packet as it is, in characters. */
const minCompressed = 512;
/** Level 4 is nearly as small as 9 in a third of the time; few responses need a second chunk. */
const compression = { level: 4, chunkSize: 4096 };
/** Headers that a client goes on using after a 304. */
const cachedHeaders = ['Cache-Control', 'Link'] as const;

export interface Caching {
  readonly cacheControl: 'public, max-age=60' | 'public, max-age=0, must-revalidate';
  /** Whether Nginx may cache the response. */
  readonly isShared: boolean;
}

interface Encoded {
  readonly headers: string;
  readonly text: string;
  readonly etag: string;
  plain?: Buffer;
  compressed?: Buffer;
}

/** Sends JSON text as it came from PostgreSQL: with an ETag, compressed for clients that accept it. */
export class JsonResponses {
  readonly #pending = new PendingBytes();
  /** Clients that waited for one query come one after the other: all get the same bytes, which are made once. */
  #last: Encoded = { headers: '', text: '', etag: '' };

  /**
   * Sends the text, or 304 when the client has it already. Throws a 412 when If-Match does not hold, and a 503 when the response
   * is large and too many pending ones are.
   */
  send(response: Response, text: string, caching: Caching): void {
    response.setHeader('Cache-Control', caching.cacheControl);
    const encoded = this.#encode(cachedHeaders.map(name => response.get(name)).join('\n'), text);
    response.setHeader('ETag', encoded.etag);
    const { req: request } = response;
    if (isUnchanged(request, encoded.etag, !caching.isShared)) return void response.status(304).end();
    const isCompressed = text.length >= minCompressed && request.acceptsEncodings('gzip') === 'gzip';
    const body = bodyOf(encoded, isCompressed);
    if (typeof body !== 'string') this.#pending.add(body, response);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    if (caching.isShared) response.setHeader('X-Accel-Expires', nginxKeeps_s);
    if (isCompressed) response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(body); // response.send would judge the conditions again
  }

  /**
   * Sends a page with its count as the SQL of lists returns it, `<elements>\n<json>`, with links to the pages beside it. Throws a
   * 400 when it is too large, and an error when there is none: such a statement always returns a row.
   */
  sendPage(
    response: Response,
    counted: string | undefined,
    path: string,
    { page, count, offset }: Page,
    caching: Caching,
  ): void {
    if (counted === undefined) throw new Error('A page came without its row.');
    if (counted === tooLarge) throw new Problem(400, 'count is too large: the page would be over 1 MiB.');
    const lineEnd = counted.indexOf('\n');
    const isFull = count > 0 && Number(counted.slice(0, lineEnd)) === count;
    const linkTo = (target: number, rel: string) =>
      `<${path}${path.includes('?') ? '&' : '?'}page=${target}&count=${count}>; rel="${rel}"`;
    const links = [
      ...(isFull && page < maxInteger && offset + count <= 2 ** 31 ? [linkTo(page + 1, 'next')] : []),
      ...(page > 1 && count > 0 ? [linkTo(page - 1, 'prev')] : []),
    ];
    if (links.length > 0) response.set('Link', links.join(', '));
    this.send(response, counted.slice(lineEnd + 1), caching);
  }

  /** The ETag is of the cached headers as well. */
  #encode(headers: string, text: string): Encoded {
    if (text !== this.#last.text || headers !== this.#last.headers) {
      const etag = `W/"${hash('sha1', `${headers}\n${text}`, 'base64url')}"`;
      this.#last = { headers, text, etag };
    }
    return this.#last;
  }
}

/** A short text stays a string, which Node sends together with the headers. */
function bodyOf(encoded: Encoded, isCompressed: boolean): string | Buffer {
  const { text } = encoded;
  if (text.length < minCompressed) return text;
  // Not in other threads: a thousand large responses would wait for them, in more memory than there is.
  const form = isCompressed ? 'compressed' : 'plain';
  const bytes = encoded[form] ?? (isCompressed ? gzipSync(text, compression) : Buffer.from(text));
  encoded[form] = bytes;
  return bytes;
}
