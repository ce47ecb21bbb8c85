import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { DatabaseError } from 'pg';
import type { Row, Statement } from '../connections.ts';
import type { Database } from '../database.ts';
import { DatabaseUnavailable } from '../database-errors.ts';
import { Problem, unavailable } from '../problem.ts';
import { keptWrite } from './queries.ts';

const maxKey = 255;

/**
 * The Idempotency-Key of a request; undefined when it has none. Throws a 400 for what is too long, or not visible ASCII.
 */
export function keyFrom(request: Request): string | undefined {
  const key = request.get('Idempotency-Key');
  if (!key) return undefined;
  if (/^[\x20-\x7e]+$/.test(key) && key.length <= maxKey) return key;
  throw new Problem(400, `Idempotency-Key must be at most ${maxKey} characters of ASCII.`);
}

/**
 * Runs a write once for a key, however often it comes, and returns what it wrote the first time; undefined when there is
 * nothing to write to. A write that failed changed nothing and is not kept: it is tried anew. Throws a 422 when the key was
 * used for another write within 24 hours, and a 503 when the database cannot write, or did not say in time whether it wrote.
 */
export async function writeOnce(
  database: Database,
  key: string | undefined,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row | undefined> {
  if (key === undefined) return write(database, statement, [null, null, ...values]);
  const text = JSON.stringify([statement.name, ...values]);
  const fingerprint = createHash('sha256').update(text).digest('base64url');

  const kept = await find(database, key, fingerprint);
  if (kept) return kept;
  const written = await write(database, statement, [key, fingerprint, ...values]).catch(unlessKept);
  // Nothing was written: there is nothing to write to, or the same request came twice at once and the other was first.
  return written ?? find(database, key, fingerprint);
}

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
    return await database.row(statement, values);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable && error.mayHaveWritten)) throw error;
    const hasKey = values[0] !== null;
    const advice = tryAgain[hasKey ? 'withKey' : 'withoutKey'];
    throw unavailable(`The database cannot answer in time. ${advice}`, error.cause);
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
