import cliProgress from 'cli-progress';
import type { Progress } from './generate.ts';

/** Prints progress to `stream`: a bar on a terminal, otherwise a line per file. */
export function progressOn(stream: NodeJS.WriteStream): Progress & { stop(): void } {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): Progress & { stop(): void } {
  const shown = new cliProgress.SingleBar({
    stream,
    format: '{bar} {percentage}% | {value} of {total} rows | {speed} rows/s | {eta_formatted} left | {file}',
    barsize: 24,
    hideCursor: true,
    etaBuffer: 100,
    gracefulExit: false,
  });
  const start_ms = performance.now();
  return {
    started: rows => shown.start(rows, 0, { speed: '-', file: '' }),
    wrote: (rows, file) =>
      shown.update(rows, { speed: Math.round((rows * 1000) / (performance.now() - start_ms)), file }),
    finished: () => {},
    stop: () => shown.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): Progress & { stop(): void } {
  return {
    started: rows => stream.write(`Writing ${rows} rows.\n`),
    wrote: () => {},
    finished: file => stream.write(`${file.name}: ${file.rows} rows, ${file.bytes} bytes\n`),
    stop: () => {},
  };
}
