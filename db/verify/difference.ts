import type { Expectation } from './expected.ts';

/** What the API answered; its body is text. */
export interface Found {
  readonly status: number;
  readonly body: string;
}

/** Where an answer is not what it must be: the place in the answer, and what stands there, as JSON. */
export interface Difference {
  readonly path: string;
  readonly place: string;
  readonly expected: string;
  readonly found: string;
}

/** The first difference between an answer and what it must be, the order of keys included; undefined if there is none. */
export function differenceOf(expectation: Expectation, found: Found): Difference | undefined {
  const { path, status } = expectation;
  if (found.status !== status)
    return { path, place: 'status', expected: String(status), found: String(found.status) };
  if (status !== 200) return undefined;
  // Keys that are numbers come first and in order in any object of JavaScript, on both sides.
  const place = firstPlace(expectation.body, parsed(found.body), 'body');
  return place && { path, ...place };
}

type Place = Omit<Difference, 'path'>;

function firstPlace(expected: unknown, found: unknown, place: string): Place | undefined {
  if (JSON.stringify(expected) === JSON.stringify(found)) return undefined;
  const here = { place, expected: JSON.stringify(expected), found: JSON.stringify(found) ?? 'no JSON' };
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found))
    return here;
  const keys = Object.keys(expected);
  const keysFound = Object.keys(found);
  const inner = keys
    .filter(key => Object.hasOwn(found, key))
    .map(key => firstPlace(expected[key], found[key], `${place}.${key}`))
    .find(Boolean);
  if (inner) return inner;
  return {
    place: `${place}, its ${Array.isArray(expected) ? 'positions' : 'keys'}`,
    expected: JSON.stringify(keys),
    found: JSON.stringify(keysFound),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The JSON that a text is; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
