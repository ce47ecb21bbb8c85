import type { Request } from 'express';
import { Problem } from './problem.ts';

/**
 * Whether a client has the response already, by its If-None-Match. Throws a 412 when its If-Match does not hold: our
 * ETags are weak and If-Match compares strongly, so only `*` does. There is no Last-Modified here, so conditions on dates
 * are ignored. https://www.rfc-editor.org/rfc/rfc9110#section-13
 *
 * @param isForClient whether the response goes to the client as it is. Otherwise Nginx keeps it and judges If-None-Match itself.
 */
export function isUnchanged(request: Request, etag: string, isForClient: boolean): boolean {
  const match = request.get('If-Match');
  if (match !== undefined && match.trim() !== '*') throw new Problem(412, 'If-Match does not hold.');
  return isForClient && names(request.get('If-None-Match'), etag);
}

/** Whether a list of ETags has this one, weak or strong, or is `*`. */
function names(list: string | undefined, etag: string): boolean {
  if (!list) return false;
  if (list.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return list.split(',').some(one => one.trim().replace(/^W\//, '') === opaque);
}
