import { isUtf8 } from 'node:buffer';
import { type Defect, defectOf } from './defect.ts';
import { plain } from './fields.ts';
import { looseRecord, plainRecord, quotedRecord } from './grammar.ts';
import type { Column } from './header.ts';
import { hasOddQuotes, repair } from './repair.ts';

/** The limits for one record, in bytes and in lines, far above any real record. */
export const maxRecordBytes = 65_536;
const maxLines = 1_000;

/** Receives the records of a file in order. Every line is part of exactly one call. */
export interface Records {
  /**
   * A good record, as CSV for COPY without ignored columns. `keys[1]` and following are the columns with a key, in the
   * order of the columns. `line` is the number of the first line. `original` is the unchanged line of a repaired
   * record.
   */
  good(record: string, keys: readonly string[], line: number, original?: string): void;
  /** A bad line, or a bad record of several lines. `id` is set if the record is whole and has a valid id. */
  bad(record: string, reason: string, line: number, id?: number): void;
}

/**
 * Splits a data file into records. Text is the file's bytes as "latin1", so every length is in bytes.
 *
 * A line that is a good record by itself is always one record. A line with an odd number of quotes is either
 * - the start of a record with newlines in a text, if the lines up to the next odd one make a good record and none of
 *   them could be a record of its own;
 * - or else a record that lacks a quote, if only one position for the quote gives a good record.
 * Any other line is bad, and does not affect its neighbours.
 */
export class RecordReader {
  /** The number of lines that continue the record above them. */
  continuationLines = 0;
  readonly #columns: readonly Column[];
  readonly #plainPattern: RegExp | undefined;
  readonly #loosePattern: RegExp;
  readonly #quotedPattern: RegExp;
  readonly #records: Records;
  /** The number of the next line; the header is line 1. */
  #line = 2;
  #text = '';
  #isUtf8 = true;
  #isInLongLine = false;

  constructor(columns: readonly Column[], records: Records) {
    this.#columns = columns;
    this.#plainPattern = plainRecord(columns);
    this.#loosePattern = looseRecord(columns);
    this.#quotedPattern = quotedRecord(columns);
    this.#records = records;
  }

  /**
   * Reads the records at the start of `text` and returns their length. The next call's text must start with the rest.
   * Unless `isLast`, a rest always remains, so that a record is read only when the text contains all lines that could
   * belong to it. So `text` must be longer than `maxRecordBytes`.
   */
  read(text: string, isLast: boolean, isUtf8Text: boolean): number {
    this.#text = text;
    this.#isUtf8 = isUtf8Text;
    const until = isLast ? text.length : text.length - maxRecordBytes - 2;
    let start = this.#isInLongLine ? this.#skipLongLine(0) : 0;
    while (start < until) start = this.#readRecord(start);
    return Math.min(start, text.length);
  }

  /** Reads the record at `start`. Returns the start of the next one. */
  #readRecord(start: number): number {
    const end = this.#endOfLine(start);
    if (end - start > maxRecordBytes) {
      this.#bad(this.#text.slice(start, start + maxRecordBytes), {
        reason: `longer than ${maxRecordBytes} bytes`,
      });
      return this.#skipLongLine(end);
    }
    const line = this.#withoutLineEnd(start, end);
    if (this.#good(line)) return end + 1;
    if (line === '') this.#bad(line, { reason: 'empty line' });
    else if (hasOddQuotes(line)) return this.#readUnclosed(line, start, end);
    else this.#bad(line, defectOf(this.#columns, line));
    return end + 1;
  }

  #readUnclosed(line: string, start: number, end: number): number {
    const repaired = repair(line, this.#quotedPattern);
    const joined = this.#join(start, end, repaired !== undefined);
    if (joined && this.#good(joined.record, joined.lines)) return joined.end + 1;
    if (repaired !== undefined && this.#good(repaired, 1, line)) return end + 1;
    const defect = joined && defectOf(this.#columns, joined.record);
    if (joined && defect?.isWhole) {
      this.#bad(joined.record, defect, joined.lines);
      return joined.end + 1;
    }
    this.#bad(line, defectOf(this.#columns, line));
    return end + 1;
  }

  /**
   * Joins the lines from one with an odd number of quotes to the next such line. Undefined when a line after the first
   * is a good record, or both odd lines could be repaired.
   */
  #join(
    start: number,
    firstEnd: number,
    isRepairable: boolean,
  ): { record: string; lines: number; end: number } | undefined {
    let end = firstEnd;
    for (let lines = 2; lines <= maxLines; lines++) {
      const next = end + 1;
      if (next >= this.#text.length) return undefined;
      end = this.#endOfLine(next);
      if (end - start > maxRecordBytes) return undefined;
      const line = this.#withoutLineEnd(next, end);
      if (this.#loosePattern.test(line) && this.#isUtf8Record(line)) return undefined;
      if (!hasOddQuotes(line)) continue;
      if (isRepairable && repair(line, this.#quotedPattern) !== undefined) return undefined;
      return { record: this.#withoutLineEnd(start, end), lines, end };
    }
    return undefined;
  }

  #good(record: string, lines = 1, original?: string): boolean {
    const match = this.#plainPattern?.exec(record);
    const looseMatch = match ?? this.#loosePattern.exec(record);
    if (!looseMatch || !this.#isUtf8Record(record)) return false;
    this.#records.good(match ? record : plain(record, this.#columns), looseMatch, this.#line, original);
    this.#skip(lines);
    return true;
  }

  #bad(record: string, defect: Pick<Defect, 'reason' | 'id'>, lines = 1): void {
    this.#records.bad(record, defect.reason, this.#line, defect.id);
    this.#skip(lines);
  }

  #skip(lines: number): void {
    this.#line += lines;
    this.continuationLines += lines - 1;
  }

  #isUtf8Record(record: string): boolean {
    return this.#isUtf8 || isUtf8(Buffer.from(record, 'latin1'));
  }

  /** The end of the line at `start`: its newline, or the end of the text. */
  #endOfLine(start: number): number {
    const newline = this.#text.indexOf('\n', start);
    return newline < 0 ? this.#text.length : newline;
  }

  #withoutLineEnd(start: number, end: number): string {
    const isCrlf = end > start && this.#text.charCodeAt(end - 1) === 13;
    return this.#text.slice(start, isCrlf ? end - 1 : end);
  }

  /** Skips the rest of a line that is too long. Its end may only come with a later text. */
  #skipLongLine(from: number): number {
    const end = this.#endOfLine(from);
    this.#isInLongLine = end === this.#text.length;
    return end + 1;
  }
}
