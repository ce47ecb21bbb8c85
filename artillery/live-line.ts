import cliProgress from 'cli-progress';
import type { Period } from './load-run.ts';
import { figure } from './report/figures.ts';
import type { Offer } from './scenario.ts';

/** Tells whoever watches how a run goes: a line that changes every second on a terminal, elsewhere one every ten. */
export interface LiveLine {
  say(text: string): void;
  begin(name: string, offer: Offer): void;
  period(period: Period): void;
  end(): void;
}

const rareness_s = 10;

const figuresOf = ({ requests_s, p95_ms, errors_s }: Period) => ({
  rate: figure(requests_s),
  p95: figure(p95_ms),
  errors: figure(errors_s),
});

export function liveLineOn(stream: NodeJS.WriteStream): LiveLine {
  const say = (text: string) => stream.write(`${text}\n`);
  return { say, ...(stream.isTTY ? bar(stream) : lines(say)) };
}

function bar(stream: NodeJS.WriteStream): Omit<LiveLine, 'say'> {
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

function lines(say: LiveLine['say']): Omit<LiveLine, 'say'> {
  return {
    begin: (name, { seconds }) => say(`${name}: for ${seconds} s`),
    period(period) {
      if (period.at_s % rareness_s !== 0) return;
      const { rate, p95, errors } = figuresOf(period);
      say(`${period.at_s} s: ${rate} requests/s, p95 ${p95} ms, ${errors} errors/s`);
    },
    end: () => {},
  };
}
