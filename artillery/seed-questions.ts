import { setTimeout as sleep } from 'node:timers/promises';
import type { SeedQuestion } from './plan.ts';
import { call, type Target, TooManyRequests } from './target.ts';

/** Enough to spread votes over several rows, and few enough for any limit on writes. */
const seedCount = 10;

/** Attempts at a write that gets 429, and bounds for the Retry-After of the target. */
const maxAttempts = 10;
const [minWait_s, maxWait_s] = [1, 5];

/** load-clean.sql removes the questions with this name and address. */
const signature = { name: 'elier-load-test', email: 'load-test@elier.example' };

export interface SeedOptions {
  readonly drawProduct: () => number;
  /** Called before each question is posted: the question may be stored even if the response is an error. */
  readonly onQuestion: () => void;
  /** Stops after the current question. */
  readonly signal: AbortSignal;
}

/** Posts questions about different products, each with an answer. Throws BadOption when the target refuses a write. */
export async function writeSeedQuestions(
  { url, products }: Target,
  options: SeedOptions,
): Promise<SeedQuestion[]> {
  const { drawProduct, onQuestion, signal } = options;
  const chosen = new Set<number>();
  while (chosen.size < Math.min(seedCount, products)) chosen.add(drawProduct());
  const written: SeedQuestion[] = [];
  for (const product of chosen) {
    if (signal.aborted) break;
    onQuestion();
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

/** Retries on 429: another client with the same address may have used up its limit on writes. */
async function write<Body>(...request: [url: string, operation: string, path: string, body: object]) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call<Body>(...request);
    } catch (error) {
      if (!(error instanceof TooManyRequests) || attempt === maxAttempts) throw error;
      const wait_s = Math.min(Math.max(error.retryAfter_s, minWait_s), maxWait_s);
      await sleep(wait_s * 1000);
    }
  }
}
