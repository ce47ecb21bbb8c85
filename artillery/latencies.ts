import type { Latency } from './load-run.ts';

/**
 * How often each latency in ms was seen. Latencies keep three digits, so that a run of any length has some thousand of
 * them at most, and no figure is off by more than 0.5 %.
 */
export type Latencies = Record<string, number>;

export function noteLatency(latencies: Latencies, latency_ms: number): void {
  const rounded = Number(latency_ms.toPrecision(3));
  latencies[rounded] = (latencies[rounded] ?? 0) + 1;
}

/** Percentiles by nearest rank: of a hundred latencies, the p99 is the 99th. All 0 when there is none. */
export function latencyOf(latencies: Latencies): Latency {
  const seen = Object.entries(latencies)
    .map(([latency_ms, times]) => [Number(latency_ms), times] as const)
    .sort(([a], [b]) => a - b);
  const all = seen.reduce((sum, [, times]) => sum + times, 0);
  const sum_ms = seen.reduce((sum, [latency_ms, times]) => sum + latency_ms * times, 0);
  const at = (part: number) => {
    const rank = Math.ceil(part * all - 1e-9); // 0.999 of 1,000 is a little more than 999 in binary
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
