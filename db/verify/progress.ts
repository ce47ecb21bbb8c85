import cliProgress from 'cli-progress';

/** Receives the progress of a run. */
export interface Progress {
  /** Starts a part of the run. `total` counts bytes or products. */
  begin(part: string, total: number): void;
  /** Names the current step of the part. */
  step(name: string): void;
  advance(done: number): void;
  end(): void;
}

export const silent: Progress = { begin() {}, step() {}, advance() {}, end() {} };

/** Prints progress to `stream`: a bar per part on a terminal, otherwise a line per part and step. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: cliProgress.SingleBar | undefined;
  return {
    begin(part, total) {
      const format = `${part.padEnd(9)} {bar} {percentage}% | {eta_formatted} left | {step}`;
      bar = new cliProgress.SingleBar({ stream, format, barsize: 24, etaBuffer: 100, gracefulExit: false });
      bar.start(total, 0, { step: '' });
    },
    step: name => bar?.update({ step: name }),
    advance: done => bar?.update(done),
    end() {
      bar?.update({ step: '' });
      bar?.stop();
    },
  };
}

function lines(stream: NodeJS.WritableStream): Progress {
  return {
    ...silent,
    begin: (part, total) => stream.write(`${part}: ${total.toLocaleString('en')} in all\n`),
    step: name => stream.write(`reading ${name}\n`),
  };
}
