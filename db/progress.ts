import { SingleBar } from 'cli-progress';

/** Receives the progress of a program, part by part. */
export interface Progress {
  /** Starts a part. `total` is in any unit. Without a total, a clock replaces the bar. */
  begin(part: string, total?: number): void;
  /** Reports how much of the part is done. */
  advance(done: number, details?: string): void;
  /** Ends the part, with or without a result. Does nothing between parts. */
  end(result?: string): void;
  /** Prints a message between parts. */
  note(sentence: string): void;
}

export const silent: Progress = { begin() {}, advance() {}, end() {}, note() {} };

/** Shortest time between two lines of a part. */
const linePeriod_ms = 10_000;

/** Prints progress to `stream`: a bar per part on a terminal, elsewhere a line per result and every 10 s. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  return {
    begin(part, total) {
      const shown =
        total === undefined ? '{duration_formatted}' : '{bar} {percentage} % | {eta_formatted} left';
      const format = `${part.padEnd(18)} ${shown} | {details}`;
      bar = new SingleBar({ stream, format, barsize: 24, etaBuffer: 100 });
      bar.start(total ?? 0, 0, { details: '' });
    },
    advance: (done, details = '') => bar?.update(done, { details }),
    end(result) {
      if (result) bar?.update({ details: result });
      bar?.stop();
      bar = undefined;
    },
    note: sentence => stream.write(`${sentence}\n`),
  };
}

function lines(stream: NodeJS.WritableStream): Progress {
  const note = (sentence: string) => stream.write(`${sentence}\n`);
  let name = '';
  let total = 0;
  let next_ms = 0;
  return {
    begin(part, all = 0) {
      name = part;
      total = all;
      next_ms = performance.now() + linePeriod_ms;
    },
    advance(done, details) {
      if (performance.now() < next_ms) return;
      next_ms += linePeriod_ms;
      const percent = Math.min(100, Math.floor((100 * done) / total));
      note(`${name}: ${percent} %${details ? ` | ${details}` : ''}`);
    },
    end: result => void (result && note(`${name}: ${result}`)),
    note,
  };
}
