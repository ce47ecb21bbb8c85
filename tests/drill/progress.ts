import { SingleBar } from 'cli-progress';

export interface Progress {
  advance(done: number): void;
  stop(): void;
}

/** Shows progress: a bar on a terminal, ten lines elsewhere. */
export function progressOn(stream: NodeJS.WriteStream, name: string, total: number): Progress {
  if (!stream.isTTY) {
    const tenth = Math.ceil(total / 10);
    const print = (done: number) => stream.write(`${name}: ${done.toLocaleString('en')}\n`);
    return { advance: done => void (done % tenth === 0 && print(done)), stop() {} };
  }
  const bar = new SingleBar({
    format: `${name} {bar} {percentage} %, {eta} s left`,
    stream,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { advance: done => bar.update(done), stop: () => bar.stop() };
}
