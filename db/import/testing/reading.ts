import { isUtf8 } from 'node:buffer';
import { type DataFile, headerOf } from '../../data-files.ts';
import { columnsOf } from '../header.ts';
import { RecordReader } from '../records.ts';

/** The outcome of one record: its first line, and either its CSV or the reason why it is bad. */
export interface Outcome {
  readonly line: number;
  readonly good?: string;
  readonly isRepaired?: boolean;
  readonly bad?: string;
  readonly reason?: string;
}

/** Reads the text of a file without its header, all at once or `windowBytes` at a time. */
export function outcomes(file: DataFile, text: string, windowBytes = Number.POSITIVE_INFINITY): Outcome[] {
  const found: Outcome[] = [];
  const reader = new RecordReader(columnsOf(file, file.name, headerOf(file)), {
    good: (good, _keys, line, original) => found.push({ line, good, isRepaired: original !== undefined }),
    bad: (bad, reason, line) => found.push({ line, bad, reason }),
  });
  const bytes = Buffer.from(text).toString('latin1');
  for (let start = 0, end = 0; end < bytes.length; ) {
    end = Math.min(start + windowBytes, bytes.length);
    const window = bytes.slice(start, end);
    start += reader.read(window, end === bytes.length, isUtf8(Buffer.from(window, 'latin1')));
  }
  return found;
}
