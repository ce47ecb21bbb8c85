import { SingleBar } from 'cli-progress';
import type { FileResult, TableResult } from './results.ts';

/** Is told how an import goes on. */
export interface Progress {
  /** A file of so many bytes is begun. */
  begin(name: string, bytes: number): void;
  /** Of it, so many bytes and lines have been read. */
  advance(bytes: number, lines: number): void;
  end(result: FileResult): void;
  /** A table is begun. */
  build(name: string): void;
  built(result: TableResult): void;
  /** Something else that is worth a line. */
  note(sentence: string): void;
  /** Nothing more will come, be what was begun ended or not. */
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

/** Progress for whoever watches `stream`: a bar a file and a clock a table on a terminal, elsewhere a line for each. */
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
