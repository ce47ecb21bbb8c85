import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A value as written. `isQuoted` distinguishes the text "null" from a bare null. */
export interface Value {
  readonly text: string;
  readonly isQuoted: boolean;
}

export interface ReadFile {
  /** The unchanged text of the file. */
  readonly text: string;
  readonly header: readonly string[];
  /** The rows after the header, by column. */
  readonly rows: readonly Readonly<Record<string, Value>>[];
  /** The number of lines that lack the closing quote of the first URL, and of the second. */
  readonly missingQuotes: { readonly url: number; readonly thumbnail: number };
}

/**
 * Reads a data file by a strict grammar that shares nothing with the generator. An unexpected line end, a misplaced
 * quote or an extra field throws. Missing quotes in photos.csv are restored first, line by line.
 */
export async function readDataFile(folder: string, name: string, lineEnd = '\n'): Promise<ReadFile> {
  const text = await readFile(join(folder, name), 'utf8');
  const { whole, missingQuotes } =
    name === 'photos.csv' ? repair(text) : { whole: text, missingQuotes: none };
  const [first = [], ...others] = parse(whole.replace(/^\ufeff/, ''), lineEnd);
  const header = first.map(value => value.text);
  const rows = others.map(values => {
    if (values.length !== header.length) throw new Error(`${name}: ${JSON.stringify(values)}`);
    return Object.fromEntries(values.map((value, i) => [header[i] as string, value]));
  });
  return { text, header, rows, missingQuotes };
}

const none = { url: 0, thumbnail: 0 };
const photoLine = /^([0-9]+,[0-9]+),"(https:[^"]+?)("?),"(https:[^"]+?)("?)$/;

function repair(text: string) {
  const missingQuotes = { ...none };
  const [header, ...lines] = text.split('\n');
  const whole = lines.map(line => {
    const [, ids, url, urlQuote, thumbnail, thumbnailQuote] = photoLine.exec(line) ?? [];
    if (ids === undefined) throw new Error(`photos.csv: ${line}`);
    if (urlQuote === '') missingQuotes.url++;
    if (thumbnailQuote === '') missingQuotes.thumbnail++;
    return `${ids},"${url}","${thumbnail}"`;
  });
  return { whole: [header, ...whole].join('\n'), missingQuotes };
}

function parse(text: string, lineEnd: string): Value[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]+))(,|\r?\n|$)/y;
  const rows: Value[][] = [];
  let row: Value[] = [];
  for (let end = ','; end !== ''; ) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`At ${at}: ${text.slice(at, at + 200)}`);
    const [, quoted, bare = '', after = ''] = match;
    row.push({ text: quoted?.replaceAll('""', '"') ?? bare, isQuoted: quoted !== undefined });
    if (after !== ',') {
      if (after !== '' && after !== lineEnd) throw new Error(`A wrong line end before ${field.lastIndex}`);
      rows.push(row);
      row = [];
    }
    end = after;
  }
  return rows;
}
