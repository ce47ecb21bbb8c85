import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { DatabaseError } from 'pg';
import type { Row, Statement } from '../connections.ts';
import type { Database } from '../database.ts';
import { DatabaseUnavailable } from '../database-errors.ts';
import { Problem, unavailable } from '../problem.ts';
import { keptWrite } from './queries.ts';

const maxKey = 255;
/** How long after Nginx has received a write it may be made, in seconds: as long as Nginx waits for a replica (nginx/post.conf). */
const makeWithin_s = 6;

/**
 * The Idempotency-Key of a request; undefined when it has none. Throws a 400 for what is too long, or not visible ASCII.
 */
function keyFrom(request: Request): string | undefined {
  const key = request.get('Idempotency-Key');
  if (!key) return undefined;
  if (/^[\x20-\x7e]+$/.test(key) && key.length <= maxKey) return key;
  throw new Problem(400, `Idempotency-Key must be at most ${maxKey} characters of ASCII.`);
}

/**
 * Runs a write once for the key of its request, however often it comes, and returns what it wrote the first time; undefined when
 * there is nothing to write to. A write that failed changed nothing and is not kept: it is tried anew. Throws a 422 when the key was
 * used for another write within 24 hours, and a 503 when the database cannot write, or did not say in time whether it wrote.
 */
export async function writeOnce(
  database: Database,
  request: Request,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row | undefined> {
  const key = keyFrom(request);
  const deadline_s = receivedAt_s(request) + makeWithin_s;
  if (key === undefined) return write(database, statement, [null, null, deadline_s, ...values]);
  const text = JSON.stringify([statement.name, ...values]);
  const fingerprint = createHash('sha256').update(text).digest('base64url');

  const kept = await find(database, key, fingerprint);
  if (kept) return kept;
  const written = await write(database, statement, [key, fingerprint, deadline_s, ...values]).catch(
    unlessKept,
  );
  // Nothing was written: there is nothing to write to, or the same request came twice at once and the other was first.
  return written ?? find(database, key, fingerprint);
}

/** When Nginx received a request, in seconds since 1970. */
const receivedAt_s = (request: Request) => Number(request.get('X-Received')) || Date.now() / 1000;

/** Nginx says the same of a replica that does not answer (nginx/upstream.conf). */
const tryAgain = {
  withKey: 'The write may have been made; sent again with its Idempotency-Key it counts once.',
  withoutKey:
    'The write may have been made: look before sending it again. With an Idempotency-Key it would count once.',
};

async function write(
  database: Database,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row | undefined> {
  try {
    const row = await database.row(statement, values);
    const [, , deadline_s] = values;
    if (!row && Date.now() / 1000 > Number(deadline_s))
      throw unavailable('The write came too late and was not made. Try again.');
    return row;
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable && error.mayHaveWritten)) throw error;
    const hasKey = values[0] !== null;
    const advice = tryAgain[hasKey ? 'withKey' : 'withoutKey'];
    throw new Problem(503, `The database cannot answer in time. ${advice}`, {
      headers: { 'Retry-After': '1', 'X-Changed': 'unknown' },
      cause: error.cause,
    });
  }
}

async function find(database: Database, key: string, fingerprint: string): Promise<Row | undefined> {
  const [ofKept, ...written] = (await database.row(keptWrite, [key])) ?? [];
  if (ofKept === undefined) return undefined;
  if (ofKept === fingerprint) return written;
  throw new Problem(422, 'This Idempotency-Key was used for another request.');
}

function unlessKept(error: unknown): undefined {
  const isKept = error instanceof DatabaseError && error.constraint === 'kept_pkey';
  if (!isKept) throw error;
}
