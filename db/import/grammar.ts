import type { ColumnType } from '../data-files.ts';
import type { Column } from './header.ts';

/** The largest id in a file. It leaves room for new rows with ids of 32 bits. */
export const largestId = 2_000_000_000;
/** PostgreSQL's largest integer. */
export const largestInteger = 2_147_483_647;
/** 9999-12-31T23:59:59.999Z: the last moment that ISO 8601 writes with a four-digit year. */
export const latestMillisecond = 253_402_300_799_999;

/** Allowed around a value. */
const blanks = '[ \\t]*';
/** `"…"`. Inner quotes are doubled, and newlines are allowed. */
const quoted = String.raw`"[^"\0]*(?:""[^"\0]*)*"`;
/** Unquoted text: no leading blank, no comma, no quote, not the word null. */
const bare = String.raw`(?!null${blanks}(?:,|$))[^" \t,\r\n\0][^",\r\n\0]*`;
/** The same without a trailing blank. */
const bareWithoutBlanks = String.raw`${bare}(?<![ \t])`;
/** Any value of an ignored column. */
const ignored = String.raw`${blanks}(?:${quoted}${blanks}|[^" \t,\r\n\0][^",\r\n\0]*)?`;

const values = {
  id: oneTo(largestId),
  integer: `(?:0|${oneTo(largestInteger)})`,
  price: String.raw`(?:0|${oneTo(largestInteger)})(?:\.\d{1,2})?`,
  boolean: '[01]',
  milliseconds: `(?:0|${oneTo(latestMillisecond)})`,
};

const numbers = {
  id: around(values.id),
  integer: around(values.integer),
  price: around(values.price),
  boolean: around(values.boolean),
  milliseconds: around(values.milliseconds),
};

// The patterns match text whose characters are the file's bytes ("latin1"), and do not check UTF-8. Their groups are
// the columns with a key, in the order of the columns. Each blank can match at only one position of a pattern, so
// matching takes linear time.

/**
 * The pattern of a record that COPY can read unchanged, with `null 'null'`. PostgreSQL itself drops blanks around
 * numbers. Undefined when the file has ignored columns, which COPY must not read.
 */
export function plainRecord(columns: readonly Column[]): RegExp | undefined {
  if (columns.some(({ type }) => !type)) return undefined;
  const text = `(?:${quoted}|${bareWithoutBlanks})`;
  return recordOf(columns, {
    ...numbers,
    'price?': `(?:null|${numbers.price})`,
    text,
    'text?': `(?:${text}|null)`,
  });
}

/**
 * The pattern of every good record: the right number of columns, and values of the right types, with or without blanks.
 */
export function looseRecord(columns: readonly Column[]): RegExp {
  return recordOf(columns, {
    ...numbers,
    'price?': `${blanks}(?:(?:null|${values.price})${blanks})?`,
    text: `${blanks}(?:${quoted}${blanks}|${bare})`,
    'text?': `${blanks}(?:${quoted}${blanks}|null${blanks}|${bare})?`,
  });
}

/** The pattern of a good record whose texts are all quoted. */
export function quotedRecord(columns: readonly Column[]): RegExp {
  return recordOf(columns, {
    ...numbers,
    'price?': around(`(?:null|${values.price})`),
    text: around(quoted),
    'text?': around(`(?:${quoted}|null)`),
  });
}

function recordOf(columns: readonly Column[], patterns: Readonly<Record<ColumnType, string>>): RegExp {
  const each = columns.map(({ type, key }) => {
    if (!type) return ignored;
    return key ? around(`(${key === 'date' ? values.milliseconds : values.id})`) : patterns[type];
  });
  return new RegExp(`^${each.join(',')}$`);
}

function around(value: string): string {
  return `${blanks}${value}${blanks}`;
}

/** A pattern of the whole numbers from 1 to `max`, without leading zeros. */
function oneTo(limit: number): string {
  const max = String(limit);
  const shorter = `[1-9]\\d{0,${max.length - 2}}`;
  const sameLength = [...max].flatMap((digit, position) => {
    const least = position === 0 ? 1 : 0;
    const smallerHere = `${max.slice(0, position)}[${least}-${Number(digit) - 1}]\\d{${max.length - position - 1}}`;
    return Number(digit) > least ? [smallerHere] : [];
  });
  return `(?:${[shorter, ...sameLength, max].join('|')})`;
}
