import { SingleBar } from 'cli-progress';
import type { FileResult } from './import-folder.ts';

/** Is told how an import goes on. */
export interface Progress {
  /** A file of so many bytes is begun. */
  begin(name: string, bytes: number): void;
  /** Of it, so many bytes and lines have been read. */
  advance(bytes: number, lines: number): void;
  /** It is read, and its table is being written. */
  loaded(): void;
  end(result: FileResult): void;
  /** Something else that is worth a line. */
  note(sentence: string): void;
  /** Nothing more will come, be the file that was begun ended or not. */
  stop(): void;
}

export const silent: Progress = { begin() {}, advance() {}, loaded() {}, end() {}, note() {}, stop() {} };

/** Progress for whoever watches `stream`: a bar a file on a terminal, a plain line a finished file elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function lines(stream: NodeJS.WritableStream): Progress {
  return {
    ...silent,
    end({ name, lines, elapsed_s }) {
      stream.write(`${name}: ${lines.toLocaleString('en')} lines in ${elapsed_s.toFixed(1)} s\n`);
    },
    note(sentence) {
      stream.write(`${sentence}\n`);
    },
  };
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let begun = 0;
  return {
    begin(name, bytes) {
      const format = '{name} {bar} {percentage} %  {step}';
      bar = new SingleBar({ format, stream, hideCursor: true });
      bar.start(bytes, 0, { name: name.padEnd(18), step: '' });
      begun = performance.now();
    },
    advance(bytes, lines) {
      const elapsed_s = (performance.now() - begun) / 1000;
      const perSecond = Math.round(lines / elapsed_s).toLocaleString('en');
      const total = bar?.getTotal() ?? bytes;
      const left_s = Math.ceil((elapsed_s * (total - bytes)) / bytes);
      bar?.update(bytes, { step: `${perSecond} rows/s, ${left_s} s left` });
    },
    loaded() {
      bar?.update({ step: 'sorting, indexing' });
    },
    end({ lines, elapsed_s }) {
      bar?.update({ step: `${lines.toLocaleString('en')} lines in ${elapsed_s.toFixed(1)} s` });
      bar?.stop();
    },
    note(sentence) {
      stream.write(`${sentence}\n`);
    },
    stop() {
      bar?.stop();
    },
  };
}
