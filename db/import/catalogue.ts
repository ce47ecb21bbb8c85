import { catalogueFiles } from '../data-files.ts';
import type { DataSet, Stage, TableBuild } from './data-set.ts';
import { IdMap, IdSet } from './ids.ts';

const [productFile, featuresFile, stylesFile, photosFile, skusFile, relatedFile] = catalogueFiles;

function stages(): Stage[] {
  const products = new IdSet();
  const productOfStyle = new IdMap();
  const ofProduct = (_id: number, product: number) => (products.has(product) ? '' : undefined);
  const ofStyle = (_id: number, style: number) => {
    const product = productOfStyle.get(style);
    return product === 0 ? undefined : `${product},`;
  };
  return [
    {
      file: productFile,
      lead: [],
      admit(id) {
        products.add(id);
        return '';
      },
    },
    { file: featuresFile, lead: [], parent: 'product', admit: ofProduct },
    {
      file: stylesFile,
      lead: [],
      parent: 'product',
      admit(id, product) {
        if (!products.has(product)) return undefined;
        productOfStyle.set(id, product);
        return '';
      },
    },
    { file: photosFile, lead: ['product_id'], parent: 'style', admit: ofStyle },
    { file: skusFile, lead: ['product_id'], parent: 'style', admit: ofStyle },
    {
      file: relatedFile,
      lead: ['line'],
      parent: 'product',
      admit: (_id, product, line) => (products.has(product) ? `${line},` : undefined),
    },
  ];
}

/** Finished JSON, as the routes answer it: every stream is sorted by product, and they are merged. */
const product: TableBuild = {
  table: 'product',
  columns: ['product_id', 'position', 'summary', 'features', 'styles', 'related'],
  sorts: 6,
  query: `
    with feature_lists (id, features) as (
      select product_id, json_agg(json_build_object('feature', feature, 'value', value) order by id)
      from features
      group by product_id
    ), photo_lists ("productId", id, photos) as (
      select product_id, "styleId",
        json_agg(json_build_object('thumbnail_url', thumbnail_url, 'url', url) order by id)
      from photos
      group by product_id, "styleId"
    ), sku_lists ("productId", id, skus) as (
      select product_id, "styleId",
        json_object_agg(id, json_build_object('quantity', quantity, 'size', size) order by id)
      from skus
      group by product_id, "styleId"
    ), style_lists (id, styles) as (
      select "productId", json_agg(json_build_object(
          'style_id', id,
          'name', name,
          'original_price', original_price || '.00',
          'sale_price', nullif(sale_price, 0) || '.00',
          'default?', default_style,
          'photos', coalesce(photos, '[{"thumbnail_url": null, "url": null}]'),
          'skus', coalesce(skus, '{"null": {"quantity": null, "size": null}}')
        ) order by id)
      from styles
        left join photo_lists using ("productId", id)
        left join sku_lists using ("productId", id)
      group by "productId"
    ), related_lists (id, related) as (
      select current_product_id, json_agg(related_product_id order by line)
      from related
      group by current_product_id
    )
    select id, row_number() over (order by id),
      json_build_object('id', id, 'name', name, 'slogan', slogan, 'description', description,
        'category', category, 'default_price', default_price || '.00'),
      coalesce(features, '[]'),
      json_build_object('product_id', id::text, 'results', coalesce(styles, '[]')),
      coalesce(related, '[]')
    from product
      left join feature_lists using (id)
      left join style_lists using (id)
      left join related_lists using (id)
    order by id`,
};

/** How often a key stands in the JSON of all styles. In a text its quotes would be \", so a text is never counted. */
const keyCount = (key: string) =>
  `sum(octet_length(styles::text) - octet_length(replace(styles::text, '${key}', ''))) / ${key.length}`;

export const catalogue: DataSet = {
  schema: 'catalogue',
  title: 'the catalogue',
  files: catalogueFiles,
  stages,
  tables: [product],
  counts: `
    select count(*), sum(json_array_length(features)), ${keyCount('"style_id" : ')},
      ${keyCount('"thumbnail_url" : "')}, ${keyCount('"size" : "')}, sum(json_array_length(related))
    from product`,
};
