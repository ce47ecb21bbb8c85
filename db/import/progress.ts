import { SingleBar } from 'cli-progress';
import type { FileResult, TableResult } from './results.ts';

/** Receives the progress of an import. */
export interface Progress {
  /** Starts a file. */
  begin(name: string, bytes: number): void;
  /** Reports the bytes and lines of the file read so far. */
  advance(bytes: number, lines: number): void;
  end(result: FileResult): void;
  /** Starts a table. */
  build(name: string): void;
  built(result: TableResult): void;
  /** Prints a message. */
  note(sentence: string): void;
  /** Ends the output, even amid a file or table. */
  stop(): void;
}

export const silent: Progress = {
  begin() {},
  advance() {},
  end() {},
  build() {},
  built() {},
  note() {},
  stop() {},
};

/** Prints progress to `stream`: on a terminal a bar per file and a clock per table, otherwise a line for each. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function lines(stream: NodeJS.WritableStream): Progress {
  const say = (sentence: string) => stream.write(`${sentence}\n`);
  return {
    ...silent,
    end: result => say(`${result.name}: ${readIn(result)}`),
    built: ({ name, elapsed_s }) => say(`${name}: ${builtIn(elapsed_s)}`),
    note: say,
  };
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let clock: NodeJS.Timeout | undefined;
  let begun = 0;
  const elapsed_s = () => (performance.now() - begun) / 1000;
  const start = (format: string, name: string, total: number) => {
    bar = new SingleBar({ format, stream, hideCursor: true });
    bar.start(total, 0, { name: name.padEnd(18), step: '' });
    begun = performance.now();
  };
  const stop = (step?: string) => {
    clearInterval(clock);
    if (step) bar?.update({ step });
    bar?.stop();
  };
  return {
    begin: (name, bytes) => start('{name} {bar} {percentage} %  {step}', name, bytes),
    advance(bytes, lines) {
      const perSecond = Math.round(lines / elapsed_s()).toLocaleString('en');
      const total = bar?.getTotal() ?? bytes;
      const left_s = Math.ceil((elapsed_s() * (total - bytes)) / bytes);
      bar?.update(bytes, { step: `${perSecond} rows/s, ${left_s} s left` });
    },
    end: result => stop(readIn(result)),
    build(name) {
      start('{name} {step}', name, 0);
      clock = setInterval(
        () => bar?.update({ step: `sorting and building, ${elapsed_s().toFixed()} s` }),
        250,
      );
    },
    built: result => stop(builtIn(result.elapsed_s)),
    note: sentence => stream.write(`${sentence}\n`),
    stop,
  };
}

function readIn({ lines, elapsed_s }: FileResult): string {
  return `${lines.toLocaleString('en')} lines in ${elapsed_s.toFixed(1)} s`;
}

function builtIn(elapsed_s: number): string {
  return `built and indexed in ${elapsed_s.toFixed(1)} s`;
}
