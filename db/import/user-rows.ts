import type { Client } from 'pg';
import { withShortWaits } from '../locks.ts';
import { ImportFailure } from './failure.ts';

/** The tables that users write to. */
export const userTables = 'qa.question, qa.answer';

/** An advisory lock, held while an import blocks users' writes. Any number that nothing else in the database uses. */
const writeLock = 7_205_943;
/** How long to wait for uncommitted writes before blocking new ones, in milliseconds. */
const patience_ms = 10_000;

/** Throws ImportFailure when the import would drop rows that users wrote, voted on or reported. */
export async function refuseUserRows(client: Client): Promise<void> {
  const { rows } = await client.query<{ questions: number; answers: number }>(`
    select (select count(*)::integer from qa.question where user_written) as questions,
           (select count(*)::integer from qa.answer where user_written) as answers`);
  const { questions, answers } = rows[0] ?? { questions: 0, answers: 0 };
  if (questions + answers === 0) return;
  throw new ImportFailure(
    `This import would drop ${counted(questions, 'question')} and ${counted(answers, 'answer')} that users wrote, ` +
      'voted on or reported (DISCARD_USER_ROWS=yes drops them)',
  );
}

/**
 * Makes writes to questions and answers fail at once until this session ends or the tables are swapped. The app
 * responds with 503. Table locks would make the writes wait, and waiting writes would take the app's connections from
 * its reads.
 */
export async function holdWrites(client: Client): Promise<void> {
  await client.query(`
    create or replace function qa.refuse_write_in_import() returns trigger language plpgsql as $$ begin
      if pg_try_advisory_xact_lock_shared(${writeLock}) then return null; end if;
      raise exception 'an import replaces questions and answers' using errcode = 'object_in_use';
    end $$`);
  // One table at a time, which rules out deadlocks. Each step waits for the writes in flight.
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

/** Removes the triggers of `holdWrites` from the served tables. Without the import's session they refuse nothing. */
export async function releaseWrites(client: Client): Promise<void> {
  // Does not wait for reads in flight, because later reads would queue behind it. The next swap also removes the triggers.
  await client.query(`set lock_timeout = '200ms'`);
  await client.query('drop function if exists qa.refuse_write_in_import cascade');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
