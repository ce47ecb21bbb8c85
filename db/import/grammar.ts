import type { ColumnType, DataFile } from '../data-files.ts';

/** PostgreSQL's largest integer. */
export const largestInteger = 2_147_483_647;
/** 9999-12-31T23:59:59.999Z, the last moment that ISO 8601 writes with four digits of year. */
export const latestMillisecond = 253_402_300_799_999;

/** `"…"`, a quote inside it doubled; newlines may stand inside. */
const quoted = String.raw`"[^"\0]*(?:""[^"\0]*)*"`;
/** Text without quotes: no comma, no quote, not empty, not the word null. */
const unquoted = String.raw`(?!null(?:,|$))[^",\r\n\0]+`;

/**
 * The pattern of a good record of a file: the right number of columns, each a value of its type. Its groups are
 * the id columns. It is meant for text whose characters are the file's bytes ("latin1"), and says nothing about
 * UTF-8. Every good record is also CSV as PostgreSQL reads it, with `null 'null'`.
 */
export function goodRecord(file: DataFile): RegExp {
  return recordOf(file, `(?:${quoted}|${unquoted})`);
}

/** The pattern of a good record, all texts of which stand in quotes. */
export function quotedRecord(file: DataFile): RegExp {
  return recordOf(file, quoted);
}

function recordOf(file: DataFile, text: string): RegExp {
  const patterns: Record<ColumnType, string> = {
    id: ` *(${oneTo(largestInteger)})`,
    integer: ` *(?:0|${oneTo(largestInteger)})`,
    'integer?': `(?:null| *(?:0|${oneTo(largestInteger)}))`,
    boolean: ' *[01]',
    milliseconds: ` *(?:0|${oneTo(latestMillisecond)})`,
    text,
    'text?': `(?:${text}|null)`,
  };
  const columns = Object.values(file.columns).map(type => patterns[type]);
  return new RegExp(`^${columns.join(',')}$`);
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
