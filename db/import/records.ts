import { isUtf8 } from 'node:buffer';
import { type Defect, defectOf } from './defect.ts';
import { plain } from './fields.ts';
import { looseRecord, plainRecord, quotedRecord } from './grammar.ts';
import type { Column } from './header.ts';
import { hasOddQuotes, repair } from './repair.ts';

/** The longest record, in bytes, and the most lines that one record may span: far more than any real one has. */
export const longestRecord = 65_536;
const mostLines = 1_000;

/** What a reader makes of the lines of a file. Every line goes into exactly one of its calls, in order. */
export interface Records {
  /**
   * A good record, as CSV that PostgreSQL reads right, without further columns. `keys` are its columns with a key from
   * 1 on, in the order of the columns; `line` is the number of its first line. `original` is given when the record is a
   * line whose missing quote was put back: the line as it was.
   */
  good(record: string, keys: readonly string[], line: number, original?: string): void;
  /** A line, or a record of several, that is no good record. `id` is the id it carries if it has its columns. */
  bad(record: string, reason: string, line: number, id?: number): void;
}

/**
 * Divides a data file into records. Text is the file's bytes as "latin1", so every length is in bytes.
 *
 * A line that is a good record is one, whatever stands around it. Of the others, only one with an odd number of
 * quotes can be more than garbage:
 * - the beginning of a record whose text holds newlines, if the lines up to the next odd one make a good record
 *   and could not as well be records of their own;
 * - else a record that lost a quote, if there is one place to put it back.
 * Everything else is bad by itself and takes no neighbour with it.
 */
export class RecordReader {
  /** Lines that were read as part of the record above them. */
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
   * Reads the records at the beginning of `text` and returns how much of it they took; the next call's text
   * begins with the rest. Unless `isLast`, some is always left, so that a record is only read when the whole of
   * it and all that could belong to it is in sight: a text must be longer than `longestRecord`.
   */
  read(text: string, isLast: boolean, isUtf8Text: boolean): number {
    this.#text = text;
    this.#isUtf8 = isUtf8Text;
    const until = isLast ? text.length : text.length - longestRecord - 2;
    let start = this.#isInLongLine ? this.#skipLongLine(0) : 0;
    while (start < until) start = this.#readRecord(start);
    return Math.min(start, text.length);
  }

  /** Reads the record that begins at `start`; returns where the next one begins. */
  #readRecord(start: number): number {
    const end = this.#endOfLine(start);
    if (end - start > longestRecord) {
      this.#bad(this.#text.slice(start, start + longestRecord), {
        reason: `longer than ${longestRecord} bytes`,
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
   * The lines from an odd one to the next odd one, unless one of those that follow it is a good record, or these
   * two could both be repaired.
   */
  #join(
    start: number,
    firstEnd: number,
    isRepairable: boolean,
  ): { record: string; lines: number; end: number } | undefined {
    let end = firstEnd;
    for (let lines = 2; lines <= mostLines; lines++) {
      const next = end + 1;
      if (next >= this.#text.length) return undefined;
      end = this.#endOfLine(next);
      if (end - start > longestRecord) return undefined;
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
    this.#pass(lines);
    return true;
  }

  #bad(record: string, defect: Pick<Defect, 'reason' | 'id'>, lines = 1): void {
    this.#records.bad(record, defect.reason, this.#line, defect.id);
    this.#pass(lines);
  }

  #pass(lines: number): void {
    this.#line += lines;
    this.continuationLines += lines - 1;
  }

  #isUtf8Record(record: string): boolean {
    return this.#isUtf8 || isUtf8(Buffer.from(record, 'latin1'));
  }

  /** Where the line that holds `start` ends: at its newline, or with the text. */
  #endOfLine(start: number): number {
    const newline = this.#text.indexOf('\n', start);
    return newline < 0 ? this.#text.length : newline;
  }

  #withoutLineEnd(start: number, end: number): string {
    const isCrlf = end > start && this.#text.charCodeAt(end - 1) === 13;
    return this.#text.slice(start, isCrlf ? end - 1 : end);
  }

  /** Passes to the line after one that is too long, the end of which may come with a later text only. */
  #skipLongLine(from: number): number {
    const end = this.#endOfLine(from);
    this.#isInLongLine = end === this.#text.length;
    return end + 1;
  }
}
