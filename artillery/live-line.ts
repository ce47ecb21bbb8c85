import cliProgress from 'cli-progress';
import type { Period } from './load-run.ts';
import { figure } from './report/format.ts';
import type { ScenarioStage } from './scenario.ts';

/** Shows the progress of a run. On a terminal one line is updated every second; elsewhere a new line is written every 10 s. */
export interface LiveLine {
  print(text: string): void;
  begin(name: string, stage: ScenarioStage): void;
  period(period: Period): void;
  end(): void;
}

const linePeriod_s = 10;

const figuresOf = ({ requests_s, p95_ms, errors_s }: Period) => ({
  rate: figure(requests_s),
  p95: figure(p95_ms),
  errors: figure(errors_s),
});

export function liveLineOn(stream: NodeJS.WriteStream): LiveLine {
  const print = (text: string) => stream.write(`${text}\n`);
  return { print, ...(stream.isTTY ? bar(stream) : lines(print)) };
}

function bar(stream: NodeJS.WriteStream): Omit<LiveLine, 'print'> {
  let shown: cliProgress.SingleBar | undefined;
  return {
    begin(name, { seconds }) {
      const format = `${name} {bar} {value} of {total} s | {rate} requests/s | p95 {p95} ms | {errors} errors/s`;
      shown = new cliProgress.SingleBar({
        stream,
        format,
        barsize: 24,
        hideCursor: true,
        gracefulExit: false,
      });
      shown.start(seconds, 0, { rate: '-', p95: '-', errors: '-' });
    },
    period: period => shown?.update(Math.min(period.at_s, shown.getTotal()), figuresOf(period)),
    end() {
      shown?.stop();
      shown = undefined;
    },
  };
}

function lines(print: LiveLine['print']): Omit<LiveLine, 'print'> {
  return {
    begin: (name, { seconds }) => print(`${name}: ${seconds} s`),
    period(period) {
      if (period.at_s % linePeriod_s !== 0) return;
      const { rate, p95, errors } = figuresOf(period);
      print(`${period.at_s} s: ${rate} requests/s, p95 ${p95} ms, ${errors} errors/s`);
    },
    end: () => {},
  };
}
