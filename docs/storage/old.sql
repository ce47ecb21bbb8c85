-- The reads over rows, aggregated at read time. Their tables: db/migrations/002_catalogue.sql and 003_qa.sql.

-- product
select row_to_json(product)
from (
  select product_id as id, name, slogan, description, category, default_price || '.00' as default_price,
    (select coalesce(json_agg(pair), '[]')
     from (select feature, value from catalogue.feature where product_id = $1 order by feature_id) pair
    ) as features
  from catalogue.product
  where product_id = $1
) product;

-- styles
with photos as (
  select style_id, json_agg(json_build_object('thumbnail_url', thumbnail_url, 'url', url) order by photo_id) as photos
  from catalogue.photo where product_id = $1 group by style_id
), skus as (
  select style_id, json_object_agg(sku_id, json_build_object('quantity', quantity, 'size', size) order by sku_id) as skus
  from catalogue.sku where product_id = $1 group by style_id
)
select json_build_object(
  'product_id', product_id::text,
  'results', (
    select coalesce(json_agg(style), '[]')
    from (
      select style_id, name, original_price || '.00' as original_price, sale_price || '.00' as sale_price,
        is_default as "default?",
        coalesce(photos, '[{"thumbnail_url":null,"url":null}]') as photos,
        coalesce(skus, '{"null":{"quantity":null,"size":null}}') as skus
      from catalogue.style left join photos using (style_id) left join skus using (style_id)
      where product_id = $1
      order by style_id
    ) style
  ))
from catalogue.product
where product_id = $1;

-- related
select coalesce(
  (select json_agg(related_product_id order by position) from catalogue.related where product_id = $1), '[]')
from catalogue.product
where product_id = $1;

-- products-page
select count(*) || E'\n' || coalesce(json_agg(product order by id), '[]')
from (
  select product_id as id, name, slogan, description, category, default_price || '.00' as default_price
  from catalogue.product
  where position > $1::bigint and position <= $2::bigint
) product;

-- questions-page
with page as (
  select question_id, body, date_written, asker_name, helpful, reported
  from qa.question
  where product_id = $1 and not reported
  order by helpful desc, question_id
  offset $2::bigint limit $3
), photos as materialized (
  select answer_id, json_agg(url order by photo_id) as photos
  from qa.answer_photo
  where product_id = $1 and question_id = any (array(select question_id from page))
  group by answer_id
), answers as materialized (
  select question_id, json_object_agg(answer_id, json_build_object(
      'id', answer_id, 'body', body, 'date', to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'answerer_name', answerer_name,
      'helpfulness', helpful, 'photos', coalesce(photos, '[]')
    ) order by helpful desc, answer_id) as answers
  from qa.answer left join photos using (answer_id)
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
  select answer_id, body, date_written, answerer_name, helpful
  from qa.answer
  where product_id = (select product_id from question) and question_id = $1 and not reported
  order by helpful desc, answer_id
  offset $2::bigint limit $3
), photos as materialized (
  select answer_id, json_agg(json_build_object('id', photo_id, 'url', url) order by photo_id) as photos
  from qa.answer_photo
  where product_id = (select product_id from question) and question_id = $1
    and answer_id = any (array(select answer_id from page))
  group by answer_id
), answer as (
  select answer_id, body, to_char(date_written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as date, answerer_name, helpful as helpfulness,
    coalesce(photos, '[]') as photos
  from page left join photos using (answer_id)
)
select (select count(*) from page) || E'\n' || json_build_object('question', question_id::text,
  'page', $4::integer, 'count', $3::integer, 'results',
  (select coalesce(json_agg(answer order by helpfulness desc, answer_id), '[]') from answer))
from question;
