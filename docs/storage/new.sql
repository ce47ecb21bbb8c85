-- The reads as they are (app/catalogue/queries.ts, app/questions/queries.ts). Their tables:
-- db/migrations/004_catalogue_as_documents.sql and 005_photos_in_their_answer.sql.

-- product
select left(summary, -1) || ',"features":' || features || '}'
from catalogue.product
where product_id = $1;

-- styles
select styles from catalogue.product where product_id = $1;

-- related
select related from catalogue.product where product_id = $1;

-- products-page
select count(*) || E'\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']'
from catalogue.product
where position > $1::bigint and position <= $2::bigint;

-- questions-page
with page as (
  select question_id, body, date_written, asker_name, helpful, reported
  from qa.question
  where product_id = $1 and not reported
  order by helpful desc, question_id
  offset $2::bigint limit $3
), answers as materialized (
  select question_id, json_object_agg(answer_id, json_build_object(
      'id', answer_id, 'body', body, 'date', to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'answerer_name', answerer_name,
      'helpfulness', helpful, 'photos', jsonb_path_query_array(photos, '$[*].url')
    ) order by helpful desc, answer_id) as answers
  from qa.answer
  where product_id = $1 and question_id = any (array(select question_id from page)) and not reported
  group by question_id
)
select count(*) || E'\n' || json_build_object('product_id', $1::integer::text, 'results',
  coalesce(json_agg(question order by question_helpfulness desc, question_id), '[]'))
from (
  select question_id, body as question_body, to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as question_date, asker_name,
    helpful as question_helpfulness, reported, coalesce(answers, '{}') as answers
  from page left join answers using (question_id)
) question;

-- answers-page
with question as (
  select product_id, question_id from qa.question where question_id = $1 and not reported
), page as (
  select answer_id, body, to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as date, answerer_name, helpful as helpfulness, photos
  from qa.answer
  where product_id = (select product_id from question) and question_id = $1 and not reported
  order by helpful desc, answer_id
  offset $2::bigint limit $3
)
select (select count(*) from page) || E'\n' || json_build_object('question', question_id::text,
  'page', $4::integer, 'count', $3::integer, 'results',
  (select coalesce(json_agg(page order by helpfulness desc, answer_id), '[]') from page))
from question;
