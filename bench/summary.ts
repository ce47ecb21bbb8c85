import type { Load } from '../app/testing/traffic/load.ts';

/** The figures of a run, and its cost. */
export interface Run extends Partial<Load> {
  /** Successful requests per second. */
  readonly rate: number;
  /** CPU time per request in microseconds, by role (see rig.ts). */
  readonly cpu_us: Readonly<Record<string, number>>;
  /** Peak memory, by role. */
  readonly memory_MiB: Readonly<Record<string, number>>;
  /** Share of the reads that reached no replica. */
  readonly hit_rate?: number;
  /** Disk reads of the whole machine. */
  readonly disk_reads_per_request?: number;
  /** The cache of Nginx on its disk, after the run. */
  readonly cache_MiB?: number;
  readonly cache_files?: number;
}

/** The runs of a part, by server. */
export type Results = Readonly<Record<string, readonly Run[]>>;

/** Disk reads per second of a t2.micro's volume (EBS gp3). */
const diskReads_s = 3000;

/** The figures of a server's runs as columns, without those it lacks. They are medians unless the column says sum or peak. */
export function summaryOf(runs: readonly Run[]): Record<string, string | number> {
  const medianOf = (value: (run: Run) => number | undefined) =>
    median(runs.map(run => value(run) ?? Number.NaN));
  const sum = (value: (run: Run) => number | undefined) =>
    runs.reduce((all, run) => all + (value(run) ?? 0), 0);
  const rates = runs.map(({ rate }) => rate).sort((a, b) => a - b);
  const reads = medianOf(run => run.disk_reads_per_request);
  const checked = sum(run => run.checked);
  const highest = (value: (run: Run) => number | undefined) =>
    Math.max(...runs.map(run => value(run) ?? Number.NaN));
  const stack = ['nginx', 'app', 'postgres'];
  const peaks = stack.map(role => highest(run => run.memory_MiB[role]));
  const limited = sum(run => run.limited);
  const columns = {
    'requests/s': Math.round(medianOf(run => run.rate)),
    ...(rates.length > 1 && {
      spread: `${Math.round(rates[0] ?? 0)}–${Math.round(rates.at(-1) ?? 0)}`,
    }),
    'mean ms': rounded(medianOf(run => run.mean_ms)),
    'p50 ms': rounded(medianOf(run => run.p50_ms)),
    'p99 ms': rounded(medianOf(run => run.p99_ms)),
    'errors, sum': sum(run => (run.refused ?? 0) + (run.broken ?? 0)),
    ...(limited > 0 && { '429, sum': limited }),
    ...(checked > 0 && { 'stale reads': `${sum(run => run.stale)} of ${checked}` }),
    'hit %': rounded(medianOf(run => run.hit_rate) * 100),
    'bytes/response': Math.round(medianOf(run => (run.bytes ?? Number.NaN) / (run.requests ?? 1))),
    ...Object.fromEntries(
      stack.map(role => [`${role} µs/request`, rounded(medianOf(run => run.cpu_us[role]))]),
    ),
    'disk reads/request': rounded(reads, 2),
    'requests/s at 3,000 disk reads/s': reads > 0.005 ? Math.round(diskReads_s / reads) : Number.NaN,
    'MiB nginx + app + postgres, peak': `${peaks.join(' + ')} = ${peaks.reduce((a, b) => a + b)}`,
    'cache MiB': Math.round(highest(run => run.cache_MiB)),
    'cache files': highest(run => run.cache_files),
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => !String(value).includes('NaN')));
}

/** The stack's rate over that of each baseline, as in "1.52 × baseline". Empty without a server named "stack". */
export function ratiosOf({ stack, ...baselines }: Results): string[] {
  if (!stack) return [];
  const rateOf = (runs: readonly Run[]) => median(runs.map(({ rate }) => rate));
  return Object.entries(baselines).map(
    ([name, runs]) => `${(rateOf(stack) / rateOf(runs)).toFixed(2)} × ${name}`,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
