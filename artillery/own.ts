import { setTimeout as sleep } from 'node:timers/promises';
import type { Own } from './plan.ts';
import { call, type Target, TooFast } from './target.ts';

/** Enough for votes to fall on several rows, and few enough for any limit on writes. */
const wanted = 10;

/** How often a write is sent that comes too fast, at most, and the bounds of the wait that the target asks for. */
const mostTries = 10;
const [shortestWait_s, longestWait_s] = [1, 5];

/** What everything that a run writes is signed with; load-clean.sql removes it by this. */
const signature = { name: 'elier-load-test', email: 'load-test@elier.example' };

export interface Writing {
  readonly drawProduct: () => number;
  /** Is told of each question before it is asked: it may be there whatever the answer says. */
  readonly onAsk: () => void;
  /** Ends it, after the question that it is at. */
  readonly signal: AbortSignal;
}

/** Asks questions about different products and answers each. Throws BadOption when the target refuses. */
export async function writeOwn({ url, products }: Target, writing: Writing): Promise<Own[]> {
  const { drawProduct, onAsk, signal } = writing;
  const chosen = new Set<number>();
  while (chosen.size < Math.min(wanted, products)) chosen.add(drawProduct());
  const written: Own[] = [];
  for (const product of chosen) {
    if (signal.aborted) break;
    onAsk();
    const { question_id: question } = await write<{ question_id: number }>(
      url,
      'POST /qa/questions',
      '/qa/questions',
      {
        ...signature,
        product_id: product,
        body: 'Is this a question of a load test?',
      },
    );
    const { answer_id: answer } = await write<{ answer_id: number }>(
      url,
      'POST /qa/questions/{question_id}/answers',
      `/qa/questions/${question}/answers`,
      { ...signature, body: 'It is.' },
    );
    written.push({ product, question, answer });
  }
  return written;
}

/** Someone else at this address may have used up its limit on writes: that passes. */
async function write<Body>(...request: [url: string, operation: string, path: string, body: object]) {
  for (let tries = 1; ; tries++) {
    try {
      return await call<Body>(...request);
    } catch (error) {
      if (!(error instanceof TooFast) || tries === mostTries) throw error;
      const wait_s = Math.min(Math.max(error.retryAfter_s, shortestWait_s), longestWait_s);
      await sleep(wait_s * 1000);
    }
  }
}
