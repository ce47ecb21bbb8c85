import { Problem } from './problem.ts';

/** The largest id and page: PostgreSQL's integer. */
export const maxInteger = 2_147_483_647;
/** The most elements a page may have; a larger count gets as many. */
export const maxCount = 500;
const maxOffset = 2 ** 31;

type Query = Readonly<Record<string, unknown>>;

/** A page of a list. */
export interface Page {
  readonly page: number;
  readonly count: number;
  /** How many elements come before the page. */
  readonly offset: number;
}

/** A positive 32-bit integer in plain digits. Throws a 400 that names the parameter for anything else. */
export function integerFrom(name: string, text: unknown): number {
  const value = typeof text === 'string' && /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= maxInteger) return value;
  throw new Problem(400, `${name} must be a whole number from 1 to ${maxInteger}, in plain digits.`);
}

/** A parameter that must be in the query, once. Throws a 400 otherwise. */
export function requiredIntegerFrom(query: Query, name: string): number {
  if (query[name] === undefined) throw new Problem(400, `${name} is missing from the query.`);
  return integerFrom(name, once(query, name));
}

/** The page in the query, by default page 1 of 5 elements. Throws a 400 for an impossible page. */
export function pageFrom(query: Query): Page {
  const page = optionalFrom(query, 'page', 1, integerFrom);
  const count = optionalFrom(query, 'count', 5, countFrom);
  const offset = (page - 1) * count;
  if (offset > maxOffset)
    throw new Problem(400, `page is too deep: ${offset} elements would come before it.`);
  return { page, count, offset };
}

/** Front-ends send 10000000000 when they want all elements: Link names the next page. */
function countFrom(name: string, text: unknown): number {
  if (typeof text === 'string' && /^[0-9]+$/.test(text)) return Math.min(Number(text), maxCount);
  throw new Problem(400, `${name} must be a whole number, in plain digits.`);
}

/** Front-ends send a variable they never set as `undefined`, `null` or nothing. */
const absent: readonly unknown[] = [undefined, '', 'undefined', 'null'];

function optionalFrom(
  query: Query,
  name: string,
  fallback: number,
  read: (name: string, text: unknown) => number,
): number {
  const value = once(query, name);
  return absent.includes(value) ? fallback : read(name, value);
}

function once(query: Query, name: string): unknown {
  if (Array.isArray(query[name])) throw new Problem(400, `${name} is given more than once.`);
  return query[name];
}
