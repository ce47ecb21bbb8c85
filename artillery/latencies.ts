import type { Latency } from './load-run.ts';

/**
 * A histogram: how many times each latency in ms occurred. Latencies are rounded to three significant digits. This bounds
 * the histogram to some thousand entries and the error to 0.5 %.
 */
export type Latencies = Record<string, number>;

export function recordLatency(latencies: Latencies, latency_ms: number): void {
  const rounded = Number(latency_ms.toPrecision(3));
  latencies[rounded] = (latencies[rounded] ?? 0) + 1;
}

/** Percentiles by nearest rank: the p99 of 100 latencies is the 99th. All values are 0 without latencies. */
export function latencyOf(latencies: Latencies): Latency {
  const seen = Object.entries(latencies)
    .map(([latency_ms, times]) => [Number(latency_ms), times] as const)
    .sort(([a], [b]) => a - b);
  const all = seen.reduce((sum, [, times]) => sum + times, 0);
  const sum_ms = seen.reduce((sum, [latency_ms, times]) => sum + latency_ms * times, 0);
  const at = (part: number) => {
    const rank = Math.ceil(part * all - 1e-9); // in binary floating point, 0.999 × 1,000 is slightly more than 999
    let before = 0;
    for (const [latency_ms, times] of seen) {
      before += times;
      if (before >= rank) return latency_ms;
    }
    return 0;
  };
  return {
    min: seen[0]?.[0] ?? 0,
    mean: all > 0 ? sum_ms / all : 0,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: seen.at(-1)?.[0] ?? 0,
  };
}
