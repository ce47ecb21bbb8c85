import type { Client } from 'pg';
import { withShortWaits } from '../locks.ts';
import { ImportFailure } from './failure.ts';

/** The tables that users write to. */
export const userTables = 'qa.question, qa.answer';

/** Any number, but for the import's own lock: held while an import lets nobody write to them. */
const writeLock = 7_205_943;
/** How long to try to hold writes, in milliseconds, while a write of another transaction is not committed. */
const patience_ms = 10_000;

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

/**
 * Makes writes to questions and answers fail at once, for which the app answers 503, until this session ends or the
 * tables are swapped. Not by a lock on the tables: writes that wait would keep the app's connections from its reads.
 */
export async function holdWrites(client: Client): Promise<void> {
  await client.query(`
    create or replace function qa.refuse_write_in_import() returns trigger language plpgsql as $$ begin
      if pg_try_advisory_xact_lock_shared(${writeLock}) then return null; end if;
      raise exception 'an import replaces questions and answers' using errcode = 'object_in_use';
    end $$`);
  // One by one: who holds one lock at a time is in no deadlock. Each waits for the writes under way.
  for (const table of ['question', 'answer']) {
    const isHeld = await withShortWaits(client, { patience_ms }, async () => {
      await client.query(`
        create or replace trigger refuse_write_in_import before insert or update on qa.${table}
          execute function qa.refuse_write_in_import()`);
      return true;
    });
    if (!isHeld) throw new ImportFailure(`Writes kept the table qa.${table} locked`);
  }
  await client.query('select pg_advisory_lock($1)', [writeLock]);
}

/** Removes from the served tables what `holdWrites` left there; without its session it refuses nothing any more. */
export async function releaseWrites(client: Client): Promise<void> {
  // A read under way is not waited for, as all others would wait with it. The next swap removes it, too.
  await client.query(`set lock_timeout = '200ms'`);
  await client.query('drop function if exists qa.refuse_write_in_import cascade');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
