import type { Own } from './plan.ts';
import { call, type Target } from './target.ts';

/** Enough for votes to fall on several rows, and few enough for any limit on writes. */
const wanted = 10;

/** What everything that a run writes is signed with; load-clean.sql removes it by this. */
const signature = { name: 'elier-load-test', email: 'load-test@elier.example' };

/** Asks questions about different products and answers each. Throws BadOption when the target refuses. */
export async function writeOwn({ url, products }: Target, drawProduct: () => number): Promise<Own[]> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(wanted, products)) chosen.add(drawProduct());
  const written: Own[] = [];
  for (const product of chosen) {
    const { question_id: question } = await call<{ question_id: number }>(
      url,
      'POST /qa/questions',
      '/qa/questions',
      {
        ...signature,
        product_id: product,
        body: 'Is this a question of a load test?',
      },
    );
    const { answer_id: answer } = await call<{ answer_id: number }>(
      url,
      'POST /qa/questions/{question_id}/answers',
      `/qa/questions/${question}/answers`,
      { ...signature, body: 'It is.' },
    );
    written.push({ product, question, answer });
  }
  return written;
}
