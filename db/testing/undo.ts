import type { Client } from 'pg';

/** Reverts migration 007. */
export async function undo007(owner: Client): Promise<void> {
  await owner.query(`
    alter table qa.question alter asker_email set not null;
    alter table qa.answer alter answerer_email set not null;
    delete from public.migration where number = 7`);
}

/** Reverts migration 008. */
export async function undo008(owner: Client): Promise<void> {
  await owner.query(`
    drop index qa.question_by_helpfulness, qa.answer_by_helpfulness;
    alter table qa.question add primary key (product_id, question_id);
    alter table qa.answer add primary key (product_id, question_id, answer_id);
    delete from public.migration where number = 8`);
}

/** Reverts migration 009. */
export async function undo009(owner: Client): Promise<void> {
  await owner.query(`
    drop table catalogue.data_set, qa.data_set;
    delete from public.migration where number = 9`);
}
