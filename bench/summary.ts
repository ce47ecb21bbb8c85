import type { Load } from '../app/testing/traffic/load.ts';
import { services } from './rig.ts';

/** The figures of a run, and its cost. */
export interface Run extends Partial<Load> {
  /** Successful requests per second. */
  readonly rate: number;
  readonly cpu_s_per_1000: number;
  /** Share of the core, by service. */
  readonly cpu_share: Readonly<Record<string, number>>;
  /** Peak memory, by service. */
  readonly memory_MiB: Readonly<Record<string, number>>;
  /** Share of the reads that reached no replica. */
  readonly hit_rate?: number;
  /** Disk reads of the whole machine. */
  readonly disk_reads_per_request?: number;
}

/** The runs of a part, by server. */
export type Results = Readonly<Record<string, readonly Run[]>>;

/** Disk reads per second of a t2.micro's volume (EBS gp3). */
const diskReads_s = 3000;

/** The figures of a server's runs as columns. They are medians unless the column says sum or peak. */
export function summaryOf(runs: readonly Run[]): Record<string, string | number> {
  const medianOf = (value: (run: Run) => number | undefined) =>
    median(runs.map(run => value(run) ?? Number.NaN));
  const sum = (value: (run: Run) => number | undefined) =>
    runs.reduce((all, run) => all + (value(run) ?? 0), 0);
  const rates = runs.map(({ rate }) => rate).sort((a, b) => a - b);
  const share = (service: string) => Math.round(medianOf(run => run.cpu_share[service]) * 100);
  const reads = medianOf(run => run.disk_reads_per_request);
  const checked = sum(run => run.checked);
  const highest = (value: (run: Run) => number | undefined) =>
    Math.max(...runs.map(run => value(run) ?? Number.NaN));
  const stack = ['nginx', 'app', 'postgres'];
  const errors = sum(run => (run.refused ?? 0) + (run.broken ?? 0));
  return {
    'requests/s': Math.round(medianOf(run => run.rate)),
    spread: `${Math.round(rates[0] ?? 0)}–${Math.round(rates.at(-1) ?? 0)}`,
    'mean ms': rounded(medianOf(run => run.mean_ms)),
    'p50 ms': rounded(medianOf(run => run.p50_ms)),
    'p95 ms': rounded(medianOf(run => run.p95_ms)),
    'p99 ms': rounded(medianOf(run => run.p99_ms)),
    'p99.9 ms': rounded(medianOf(run => run.p999_ms)),
    'errors, sum': errors,
    'errors %': rounded((errors / sum(run => (run.requests ?? 0) + (run.broken ?? 0))) * 100, 3),
    '429, sum': sum(run => run.limited),
    ...(checked > 0 && { 'stale reads': `${sum(run => run.stale)} of ${checked}` }),
    'hit %': rounded(medianOf(run => run.hit_rate) * 100),
    'bytes/response': Math.round(medianOf(run => (run.bytes ?? Number.NaN) / (run.requests ?? 1))),
    'CPU s per 1,000 requests': rounded(
      medianOf(run => run.cpu_s_per_1000),
      3,
    ),
    'core %': services
      .filter(service => share(service) > 0)
      .map(service => `${service} ${share(service)}`)
      .join(', '),
    'disk reads/request': rounded(reads, 2),
    'requests/s at 3,000 disk reads/s': reads > 0.005 ? Math.round(diskReads_s / reads) : '',
    'MiB nginx/app/postgres, peak': stack.map(service => highest(run => run.memory_MiB[service])).join('/'),
    'MiB in total, peak': highest(({ memory_MiB }) =>
      stack.reduce((all, service) => all + (memory_MiB[service] ?? Number.NaN), 0),
    ),
  };
}

/** The stack's rate over that of each baseline, as in "1.52 × baseline". Empty without a server named "stack". */
export function ratiosOf({ stack, ...baselines }: Results): string[] {
  if (!stack) return [];
  const rateOf = (runs: readonly Run[]) => median(runs.map(({ rate }) => rate));
  return Object.entries(baselines).map(
    ([name, runs]) => `${(rateOf(stack) / rateOf(runs)).toFixed(2)} × ${name}`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
