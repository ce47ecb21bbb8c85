import type { Response } from 'express';
import { maxInteger, type Page } from './parameters.ts';

/** How long Nginx may give an answer again, in seconds; see `keep_s` in cache.ts. */
const nginxKeeps_s = 30;

export type CacheControl = 'public, max-age=60' | 'public, max-age=0, must-revalidate';

/**
 * Sends JSON text as it came from PostgreSQL, with an ETag, or 304 when the client has it already. `isShared`
 * says that Nginx may keep it.
 */
export function sendJson(
  response: Response,
  text: string,
  { cacheControl, isShared }: { cacheControl: CacheControl; isShared: boolean },
): void {
  response.set('Cache-Control', cacheControl);
  if (isShared) response.set('X-Accel-Expires', String(nginxKeeps_s));
  response.type('application/json').send(text);
}

/**
 * Takes a page apart as the SQL of lists returns it, `<elements>\n<json>`, sets the links to the pages beside it
 * and returns the JSON.
 */
export function unfoldPage(
  response: Response,
  folded: string,
  path: string,
  { page, count, offset }: Page,
): string {
  const lineEnd = folded.indexOf('\n');
  const isFull = Number(folded.slice(0, lineEnd)) === count;
  const linkTo = (target: number, rel: string) =>
    `<${path}${path.includes('?') ? '&' : '?'}page=${target}&count=${count}>; rel="${rel}"`;
  const links = [
    ...(isFull && page < maxInteger && offset + count <= 2 ** 31 ? [linkTo(page + 1, 'next')] : []),
    ...(page > 1 ? [linkTo(page - 1, 'prev')] : []),
  ];
  if (links.length > 0) response.set('Link', links.join(', '));
  return folded.slice(lineEnd + 1);
}
