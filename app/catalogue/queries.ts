import type { Statement } from '../database.ts';

/** $1 positions come before the page, $2 is the last on it. Returns `<elements>\n<json>`. */
export const productsPage: Statement = {
  name: 'products-page',
  text: `
    select count(*) || E'\\n' || coalesce(json_agg(product order by id), '[]')
    from (
      select product_id as id, name, slogan, description, category, default_price || '.00' as default_price
      from catalogue.product
      where position > $1::bigint and position <= $2::bigint
    ) product`,
};

export const product: Statement = {
  name: 'product',
  text: `
    select row_to_json(product)
    from (
      select product_id as id, name, slogan, description, category, default_price || '.00' as default_price,
        (select coalesce(json_agg(pair), '[]')
         from (select feature, value from catalogue.feature where product_id = $1 order by feature_id) pair
        ) as features
      from catalogue.product
      where product_id = $1
    ) product`,
};

/** Photos and skus are collected for the whole product at once: one visit to each table, whatever the styles. */
export const styles: Statement = {
  name: 'styles',
  text: `
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
    where product_id = $1`,
};

export const related: Statement = {
  name: 'related',
  text: `
    select coalesce(
      (select json_agg(related_product_id order by position) from catalogue.related where product_id = $1), '[]')
    from catalogue.product
    where product_id = $1`,
};
