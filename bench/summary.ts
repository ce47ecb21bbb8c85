import type { Load } from './load.ts';
import { services } from './stack.ts';

/** A run: what the load saw, and what it cost. */
export interface Run extends Partial<Load> {
  readonly rate: number;
  readonly cpu_s_per_1000: number;
  /** Of the one core, by service. */
  readonly cpu_share: Readonly<Record<string, number>>;
  /** At its peak, by service. */
  readonly memory_MiB: Readonly<Record<string, number>>;
  /** Of the reads that came to Nginx, those that no replica saw. */
  readonly hit_rate?: number;
  /** Of the whole machine. */
  readonly disk_reads_per_request?: number;
}

/** The runs of each contestant of a part, by name. */
export type Results = Readonly<Record<string, readonly Run[]>>;

/** What a t2.micro's disk (EBS gp3) reads in a second. */
const diskReads_s = 3000;

/** The figures of a contestant's runs as columns: medians, and where it says so the sum or the highest. */
export function summaryOf(runs: readonly Run[]): Record<string, string | number> {
  const middle = (value: (run: Run) => number | undefined) =>
    median(runs.map(run => value(run) ?? Number.NaN));
  const sum = (value: (run: Run) => number | undefined) =>
    runs.reduce((all, run) => all + (value(run) ?? 0), 0);
  const rates = runs.map(({ rate }) => rate).sort((a, b) => a - b);
  const share = (service: string) => Math.round(middle(run => run.cpu_share[service]) * 100);
  const reads = middle(run => run.disk_reads_per_request);
  const checked = sum(run => run.checked);
  const highest = (value: (run: Run) => number | undefined) =>
    Math.max(...runs.map(run => value(run) ?? Number.NaN));
  const stack = ['nginx', 'app', 'postgres'];
  const errors = sum(run => (run.refused ?? 0) + (run.broken ?? 0));
  return {
    'requests/s': Math.round(middle(run => run.rate)),
    spread: `${Math.round(rates[0] ?? 0)}–${Math.round(rates.at(-1) ?? 0)}`,
    'mean ms': rounded(middle(run => run.mean_ms)),
    p50: rounded(middle(run => run.p50_ms)),
    p95: rounded(middle(run => run.p95_ms)),
    p99: rounded(middle(run => run.p99_ms)),
    'p99.9': rounded(middle(run => run.p999_ms)),
    'errors, sum': errors,
    'errors %': rounded((errors / sum(run => (run.requests ?? 0) + (run.broken ?? 0))) * 100, 3),
    '429, sum': sum(run => run.limited),
    ...(checked > 0 && { 'stale reads': `${sum(run => run.stale)} of ${checked}` }),
    'hit %': rounded(middle(run => run.hit_rate) * 100),
    'bytes/answer': Math.round(middle(run => (run.bytes ?? Number.NaN) / (run.requests ?? 1))),
    'CPU s/1000': rounded(
      middle(run => run.cpu_s_per_1000),
      3,
    ),
    'core %': services
      .filter(service => share(service) > 0)
      .map(service => `${service} ${share(service)}`)
      .join(', '),
    'disk reads/request': rounded(reads, 2),
    'rps at 3,000 reads/s': reads > 0.005 ? Math.round(diskReads_s / reads) : '',
    'MiB nginx/app/pg, peak': stack.map(service => highest(run => run.memory_MiB[service])).join('/'),
    'MiB in all, peak': highest(({ memory_MiB }) =>
      stack.reduce((all, service) => all + (memory_MiB[service] ?? Number.NaN), 0),
    ),
  };
}

/** "1.52 × plain way", for each yardstick of the product; none where it runs alone, or is not named so. */
export function ratiosOf({ product, ...yardsticks }: Results): string[] {
  if (!product) return [];
  const rateOf = (runs: readonly Run[]) => median(runs.map(({ rate }) => rate));
  return Object.entries(yardsticks).map(
    ([name, runs]) => `${(rateOf(product) / rateOf(runs)).toFixed(2)} × ${name}`,
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
