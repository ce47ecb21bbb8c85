-- The catalogue changes with an import only, so each product becomes one row of finished JSON: a read is one visit to
-- one table, and nothing is put together again. Measured against the rows in docs/storage.md.
alter schema catalogue rename to catalogue_rows;
create schema catalogue;

-- MAIN and the small target: a row over 2 kB is compressed, and stays in its own page rather than a second one.
create table catalogue.product (
  product_id integer not null,
  position   integer not null,  -- 1, 2, 3 … by product_id, without gaps: page N starts at a known position
  summary    text storage main not null,  -- the product as /products lists it
  features   text storage main not null,  -- what one product has beside its summary
  styles     text storage main not null,  -- the answer of /products/:product_id/styles
  related    text storage main not null   -- the answer of /products/:product_id/related
) with (toast_tuple_target = 128);

-- In a small server's memory: hash tables over all rows are not.
set local enable_hashagg = off;
set local enable_hashjoin = off;
set local work_mem = '16MB';

insert into catalogue.product
with features as (
  select product_id, json_agg(json_build_object('feature', feature, 'value', value) order by feature_id) as features
  from catalogue_rows.feature
  group by product_id
), photos as (
  select product_id, style_id,
    json_agg(json_build_object('thumbnail_url', thumbnail_url, 'url', url) order by photo_id) as photos
  from catalogue_rows.photo
  group by product_id, style_id
), skus as (
  select product_id, style_id,
    json_object_agg(sku_id, json_build_object('quantity', quantity, 'size', size) order by sku_id) as skus
  from catalogue_rows.sku
  group by product_id, style_id
), styles as (
  select product_id, json_agg(json_build_object(
      'style_id', style_id,
      'name', name,
      'original_price', original_price || '.00',
      'sale_price', sale_price || '.00',
      'default?', is_default,
      'photos', coalesce(photos, '[{"thumbnail_url": null, "url": null}]'),
      'skus', coalesce(skus, '{"null": {"quantity": null, "size": null}}')
    ) order by style_id) as styles
  from catalogue_rows.style
    left join photos using (product_id, style_id)
    left join skus using (product_id, style_id)
  group by product_id
), related as (
  select product_id, json_agg(related_product_id order by position) as related
  from catalogue_rows.related
  group by product_id
)
select product_id, position,
  json_build_object('id', product_id, 'name', name, 'slogan', slogan, 'description', description,
    'category', category, 'default_price', default_price || '.00'),
  coalesce(features, '[]'),
  json_build_object('product_id', product_id::text, 'results', coalesce(styles, '[]')),
  coalesce(related, '[]')
from catalogue_rows.product
  left join features using (product_id)
  left join styles using (product_id)
  left join related using (product_id)
order by product_id;

drop schema catalogue_rows cascade;
alter table catalogue.product add primary key (product_id);
create index product_position on catalogue.product (position);
grant usage on schema catalogue to elier_app;
grant select on catalogue.product to elier_app;
