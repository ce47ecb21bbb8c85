import type { Expectation } from './expected.ts';

/** A response of the API. */
export interface Found {
  readonly status: number;
  readonly body: string;
}

/** A location in a response whose value is not the expected one. Both values are JSON. */
export interface Difference {
  readonly path: string;
  readonly location: string;
  readonly expected: string;
  readonly found: string;
}

/** The first difference between a response and the expected one, the order of keys included. */
export function differenceOf(expectation: Expectation, found: Found): Difference | undefined {
  const { path, status } = expectation;
  if (found.status !== status)
    return { path, location: 'status', expected: String(status), found: String(found.status) };
  if (status !== 200) return undefined;
  // JavaScript puts numeric keys first and in ascending order, on both sides.
  const difference = firstDifference(expectation.body, parsed(found.body), 'body');
  return difference && { path, ...difference };
}

type LocatedValues = Omit<Difference, 'path'>;

function firstDifference(expected: unknown, found: unknown, location: string): LocatedValues | undefined {
  if (JSON.stringify(expected) === JSON.stringify(found)) return undefined;
  const here = { location, expected: JSON.stringify(expected), found: JSON.stringify(found) ?? 'no JSON' };
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found))
    return here;
  const keys = Object.keys(expected);
  const keysFound = Object.keys(found);
  const inner = keys
    .filter(key => Object.hasOwn(found, key))
    .map(key => firstDifference(expected[key], found[key], `${location}.${key}`))
    .find(Boolean);
  if (inner) return inner;
  return {
    location: `${location}, its ${Array.isArray(expected) ? 'positions' : 'keys'}`,
    expected: JSON.stringify(keys),
    found: JSON.stringify(keysFound),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The value of a JSON text; undefined when the text is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
