import type { Client } from 'pg';
import { ImportFailure } from './failure.ts';

/** The tables that users write to. */
export const userTables = 'qa.question, qa.answer, qa.answer_photo';

/** Throws ImportFailure when users wrote, voted on or reported anything, which an import would drop. */
export async function refuseUserRows(client: Client): Promise<void> {
  const { rows } = await client.query<{ questions: number; answers: number }>(`
    select (select count(*)::integer from qa.question where user_written) as questions,
           (select count(*)::integer from qa.answer where user_written) as answers`);
  const { questions, answers } = rows[0] ?? { questions: 0, answers: 0 };
  if (questions + answers === 0) return;
  throw new ImportFailure(
    `This import would drop ${counted(questions, 'question')} and ${counted(answers, 'answer')} that users wrote, ` +
      'voted on or reported (DISCARD_USER_ROWS=yes imports all the same)',
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
