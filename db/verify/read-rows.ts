import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DataFile } from '../data-files.ts';
import { VerifyFailure } from './failure.ts';
import { type Header, headerFrom } from './header.ts';
import { IdBits } from './id-bits.ts';
import { withMissingQuote } from './missing-quote.ts';
import { columnsIn, idAt, openText } from './scan.ts';
import { type RowOf, rowOf } from './values.ts';

/** The rows to read from a file. */
export interface Selection<F extends DataFile> {
  /** Whether to read a row, by its first two documented columns. Called once per id, for its first line. */
  isWanted(id: number, second: number): boolean;
  /** Receives a wanted row. A row that an import must reject is not passed on. */
  add(row: RowOf<F>): void;
}

/** The number of rows passed on, and how many of them were repaired. */
export interface Count {
  added: number;
  repaired: number;
  /** The ids of all rows, wanted or not. */
  readonly ids: IdBits;
}

/** In bytes, newlines inside texts included. A window always holds one whole record more than this. */
const maxRecordBytes = 64 * 1024;
const windowBytes = 1024 * 1024 + maxRecordBytes;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads a data file once, a window at a time, and passes on the wanted rows in the order of the file. Reports the bytes
 * of each window. Throws VerifyFailure when the file cannot be read or has the wrong columns.
 */
export async function readRows<F extends DataFile>(
  path: string,
  file: F,
  selection: Selection<F>,
  onBytes: (bytes: number) => void,
): Promise<Count> {
  const handle = await open(path).catch(cause => {
    throw new VerifyFailure(`${path} cannot be read (${cause.code}).`, { cause });
  });
  try {
    const window = Buffer.allocUnsafe(windowBytes);
    const reader = new RowReader(file, path, selection, window);
    let held = 0;
    for (let isLast = false; !isLast; ) {
      const { bytesRead } = await handle.read(window, held, windowBytes - held);
      isLast = bytesRead === 0;
      held += bytesRead;
      const taken = reader.read(held, isLast);
      window.copyWithin(0, taken, held);
      held -= taken;
      onBytes(bytesRead);
    }
    return reader.count;
  } finally {
    await handle.close();
  }
}

/**
 * Finds the records in a window of a file. A line that is a valid row is a record. A line with an odd number of quotes
 * either starts a text with newlines or lacks a quote.
 */
class RowReader<F extends DataFile> {
  readonly count: Count = { added: 0, repaired: 0, ids: new IdBits() };
  readonly #file: F;
  readonly #path: string;
  #header: Header<F> | undefined;
  /** The start of each column of the last scanned record. */
  #starts = new Uint32Array();
  readonly #selection: Selection<F>;
  readonly #window: Buffer;
  /** The number of filled bytes in the window. */
  #filled = 0;
  #isLast = false;

  constructor(file: F, path: string, selection: Selection<F>, window: Buffer) {
    this.#file = file;
    this.#path = path;
    this.#selection = selection;
    this.#window = window;
  }

  /** Reads the first `filled` bytes of the window. Returns how many of them are consumed. */
  read(filled: number, isLast: boolean): number {
    this.#filled = filled;
    this.#isLast = isLast;
    const until = isLast ? filled : filled - maxRecordBytes;
    let start = 0;
    if (this.#header === undefined) start = this.#readHeader();
    const header = this.#header as unknown as Header<F>;
    while (start < until) start = this.#readRecord(header, start);
    return Math.min(start, filled);
  }

  #readHeader(): number {
    const end = this.#endOfLine(0);
    const line = this.#window.toString('utf8', 0, this.#withoutReturn(0, end)).replace(/^\ufeff/, '');
    this.#header = headerFrom(this.#file, this.#path, line);
    this.#starts = new Uint32Array(this.#header.names.length);
    return end + 1;
  }

  /** Reads the record at `start`. Returns the start of the next one. */
  #readRecord(header: Header<F>, start: number): number {
    const end = this.#endOfLine(start);
    const textEnd = this.#withoutReturn(start, end);
    const columns = columnsIn(this.#window, start, textEnd, this.#starts);
    if (columns === header.names.length) this.#take(header, this.#window, start, textEnd);
    return columns === openText ? this.#readOpen(header, start, end) : end + 1;
  }

  #readOpen(header: Header<F>, start: number, end: number): number {
    const repaired = this.#repaired(header, start, end);
    const joinedEnd = this.#endOfJoined(header, start, end, repaired !== undefined);
    if (joinedEnd !== undefined && (repaired === undefined || this.#isRow(header, start, joinedEnd))) {
      const textEnd = this.#withoutReturn(start, joinedEnd);
      columnsIn(this.#window, start, textEnd, this.#starts);
      this.#take(header, this.#window, start, textEnd);
      return joinedEnd + 1;
    }
    if (repaired !== undefined) {
      columnsIn(repaired, 0, repaired.length, this.#starts);
      if (this.#take(header, repaired, 0, repaired.length)) this.count.repaired++;
    }
    return end + 1;
  }

  /**
   * The end of a record that spans several lines. Undefined when its lines make no record: one of them is a row by
   * itself, or the last lacks a quote like the first.
   */
  #endOfJoined(
    header: Header<F>,
    start: number,
    firstEnd: number,
    isRepairable: boolean,
  ): number | undefined {
    let next = firstEnd + 1;
    while (next < this.#filled) {
      const end = this.#endOfLine(next);
      if (end - start > maxRecordBytes || this.#isRow(header, next, end)) return undefined;
      if (columnsIn(this.#window, next, end, this.#starts) === openText) {
        if (isRepairable && this.#repaired(header, next, end) !== undefined) return undefined;
        const columns = columnsIn(this.#window, start, this.#withoutReturn(start, end), this.#starts);
        return columns === header.names.length ? end : undefined;
      }
      next = end + 1;
    }
    return undefined;
  }

  #isRow(header: Header<F>, start: number, end: number): boolean {
    const text = decoded(this.#window, start, this.#withoutReturn(start, end));
    return text !== undefined && rowOf(header, text) !== undefined;
  }

  #repaired(header: Header<F>, start: number, end: number): Buffer | undefined {
    const line = decoded(this.#window, start, this.#withoutReturn(start, end));
    const repaired = line === undefined ? undefined : withMissingQuote(header, line);
    return repaired === undefined ? undefined : Buffer.from(repaired);
  }

  /** Passes on the last scanned record, which has the header's columns, if it is wanted. Returns whether it was. */
  #take(header: Header<F>, bytes: Buffer, start: number, end: number): boolean {
    const id = idAt(bytes, this.#starts[header.id] ?? end, end);
    if (id === 0 || !this.count.ids.add(id)) return false;
    const second = idAt(bytes, this.#starts[header.second] ?? end, end);
    if (!this.#selection.isWanted(id, second)) return false;
    const text = decoded(bytes, start, end);
    const row = text === undefined ? undefined : rowOf(header, text);
    if (row === undefined) return false;
    this.#selection.add(row);
    this.count.added++;
    return true;
  }

  #endOfLine(start: number): number {
    const end = this.#window.indexOf(newline, start);
    if (end >= 0 && end < this.#filled) return end;
    if (!this.#isLast && this.#filled - start > maxRecordBytes)
      throw new VerifyFailure(`${basename(this.#path)} has a line of more than ${maxRecordBytes} bytes.`);
    return this.#filled;
  }

  #withoutReturn(start: number, end: number): number {
    return end > start && this.#window[end - 1] === carriageReturn ? end - 1 : end;
  }
}

/** The bytes as text; undefined when they are not UTF-8. */
function decoded(bytes: Buffer, start: number, end: number): string | undefined {
  return isUtf8(bytes.subarray(start, end)) ? bytes.toString('utf8', start, end) : undefined;
}
