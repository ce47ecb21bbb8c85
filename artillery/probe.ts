import { setTimeout as sleep } from 'node:timers/promises';
import { type Latencies, latencyOf, noteLatency } from './latencies.ts';
import { timeout_ms } from './plan.ts';

/** Seldom enough to be no load. */
const pause_ms = 200;

/**
 * Asks for the same pages as the visits, from a process that has little else to do and whatever becomes of the others,
 * until the signal aborts. Returns the median latency in ms, 0 when there was no answer; one that did not come in time
 * took the whole timeout.
 */
export async function probe(url: string, drawProduct: () => number, signal: AbortSignal): Promise<number> {
  const latencies: Latencies = {};
  while (!signal.aborted) {
    const product = drawProduct();
    const path = pages[Math.floor(Math.random() * pages.length)]?.(product);
    void timed(`${url}${path}`, signal).then(latency_ms => {
      if (latency_ms !== undefined) noteLatency(latencies, latency_ms);
    });
    await sleep(pause_ms, undefined, { signal }).catch(() => {}); // aborted, which the loop sees
  }
  return latencyOf(latencies).p50;
}

const pages: readonly ((product: number) => string)[] = [
  product => `/products/${product}`,
  product => `/products/${product}/styles`,
  product => `/qa/questions?product_id=${product}`,
];

/** Undefined when there is no connection, or the signal aborts: that says nothing about how long an answer takes. */
async function timed(url: string, signal: AbortSignal): Promise<number | undefined> {
  const start_ms = performance.now();
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout_ms)]),
    });
    await answer.arrayBuffer();
    return performance.now() - start_ms;
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? timeout_ms : undefined;
  }
}
