import { setTimeout as sleep } from 'node:timers/promises';
import { type Latencies, latencyOf, recordLatency } from './latencies.ts';
import { timeout_ms } from './plan.ts';

/** Five requests/s add no noticeable load. */
const interval_ms = 200;

/**
 * Requests the same pages as the visits, at a low fixed rate, from a process that is otherwise idle. Runs until the signal
 * aborts. Returns the median latency in ms, or 0 without any response. A timed-out request counts with the whole timeout.
 */
export async function probe(url: string, drawProduct: () => number, signal: AbortSignal): Promise<number> {
  const latencies: Latencies = {};
  while (!signal.aborted) {
    const product = drawProduct();
    const path = pages[Math.floor(Math.random() * pages.length)]?.(product);
    void timed(`${url}${path}`, signal).then(latency_ms => {
      if (latency_ms !== undefined) recordLatency(latencies, latency_ms);
    });
    await sleep(interval_ms, undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
  return latencyOf(latencies).p50;
}

const pages: readonly ((product: number) => string)[] = [
  product => `/products/${product}`,
  product => `/products/${product}/styles`,
  product => `/qa/questions?product_id=${product}`,
];

/** The latency in ms. Undefined without a connection or on abort: neither says anything about the latency. */
async function timed(url: string, signal: AbortSignal): Promise<number | undefined> {
  const start_ms = performance.now();
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout_ms)]),
    });
    await response.arrayBuffer();
    return performance.now() - start_ms;
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? timeout_ms : undefined;
  }
}
