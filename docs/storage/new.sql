-- The reads as they were measured. Those of questions and answers have got a bound of 1 MiB since; as they are they stand in
-- app/catalogue/queries.ts and app/questions/queries.ts. Their tables:
-- db/migrations/004_catalogue_as_documents.sql and 005_photos_in_their_answer.sql. Each answers many questions at once
-- (app/batch.ts): a parameter is an array with one value a question. `document` has the three answers about a product.

-- document
select place, case document
    when 1 then left(summary, -1) || ',"features":' || features || '}'
    when 2 then styles
    when 3 then related
  end
from unnest($1::integer[], $2::integer[]) with ordinality as asked (id, document, place)
  join catalogue.product on product_id = id;

-- products-page
select place, page_text
from unnest($1::bigint[], $2::bigint[]) with ordinality as asked (before, last, place), lateral (
  select count(*) || E'\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']' as page_text
  from catalogue.product
  where position > before and position <= last
) page;

-- questions-page
select place, page_text
from unnest($1::integer[], $2::bigint[], $3::integer[]) with ordinality as asked (product, skip, length, place), lateral (
  with page as (
    select question_id, body, date_written, asker_name, helpful, reported
    from qa.question
    where product_id = product and not reported
    order by helpful desc, question_id
    offset skip limit length
  ), answers as materialized (
    select question_id, json_object_agg(answer_id, json_build_object(
        'id', answer_id, 'body', body, 'date', to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'answerer_name', answerer_name,
        'helpfulness', helpful, 'photos', jsonb_path_query_array(photos, '$[*].url')
      ) order by helpful desc, answer_id) as answers
    from qa.answer
    where product_id = product and question_id = any (array(select question_id from page)) and not reported
    group by question_id
  )
  select count(*) || E'\n' || json_build_object('product_id', product::text, 'results',
    coalesce(json_agg(question order by question_helpfulness desc, question_id), '[]')) as page_text
  from (
    select question_id, body as question_body, to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as question_date, asker_name,
      helpful as question_helpfulness, reported, coalesce(answers, '{}') as answers
    from page left join answers using (question_id)
  ) question
) page_text;

-- answers-page
select place, (
  with page as (
    select answer_id, body, to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as date, answerer_name, helpful as helpfulness, photos
    from qa.answer
    where product_id = question.product_id and question_id = question.question_id and not reported
    order by helpful desc, answer_id
    offset skip limit length
  )
  select count(*) || E'\n' || json_build_object('question', question.question_id::text,
    'page', skip / length + 1, 'count', length, 'results',
    coalesce(json_agg(page order by helpfulness desc, answer_id), '[]'))
  from page
)
from unnest($1::integer[], $2::bigint[], $3::integer[]) with ordinality as asked (id, skip, length, place)
  join qa.question on question_id = id and not reported;
