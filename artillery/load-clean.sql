-- Removes the questions that load runs posted, with their answers and idempotency records. Run it as the owner of the
-- database.
with question as (
  delete from qa.question
  where user_written and asker_name = 'elier-load-test' and asker_email = 'load-test@elier.example'
  returning product_id, question_id
), answer as (
  delete from qa.answer using question
  where (answer.product_id, answer.question_id) = (question.product_id, question.question_id)
  returning answer_id
), kept as (
  delete from idempotency.kept using question where kept.question_id = question.question_id
), renamed as ( -- pages that show them are in caches under the old name
  update qa.data_set set name = default
)
select format('Removed %s questions and %s answers of load runs.',
  (select count(*) from question), (select count(*) from answer));
