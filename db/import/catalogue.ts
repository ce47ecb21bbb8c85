import { catalogueFiles } from '../data-files.ts';
import type { DataSet, Stage, TableBuild } from './data-set.ts';
import { IdMap, IdSet } from './ids.ts';

const [productFile, featuresFile, stylesFile, photosFile, skusFile, relatedFile] = catalogueFiles;

/**
 * The limit for all rows of one product, in bytes, far above any real product. PostgreSQL needs about 30 times this
 * memory to assemble the JSON.
 */
const maxProductBytes = 1024 * 1024;
/** Counters of bytes, shared by products: 4 MiB, however large the ids. */
const sizeSlots = 2 ** 20;

function stages(): Stage[] {
  const products = new IdSet();
  const sizes = new Uint32Array(sizeSlots);
  const productHasRoom = (product: number, bytes: number) => {
    if (!products.has(product)) return true; // `admit` rejects the row, so it must not count for a product that shares the slot
    const slot = product % sizeSlots;
    const size = (sizes[slot] ?? 0) + bytes;
    sizes[slot] = size;
    return size <= maxProductBytes;
  };
  const styleHasRoom = (style: number, bytes: number) => productHasRoom(productOfStyle.get(style), bytes);
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
    { file: featuresFile, lead: [], parent: 'product', hasRoom: productHasRoom, admit: ofProduct },
    {
      file: stylesFile,
      lead: [],
      parent: 'product',
      hasRoom: productHasRoom,
      admit(id, product) {
        if (!products.has(product)) return undefined;
        productOfStyle.set(id, product);
        return '';
      },
    },
    { file: photosFile, lead: ['product_id'], parent: 'style', hasRoom: styleHasRoom, admit: ofStyle },
    { file: skusFile, lead: ['product_id'], parent: 'style', hasRoom: styleHasRoom, admit: ofStyle },
    {
      file: relatedFile,
      lead: ['line'],
      parent: 'product',
      hasRoom: productHasRoom,
      admit: (_id, product, line) => (products.has(product) ? `${line},` : undefined),
    },
  ];
}

/** Finished JSON, as the routes return it. All inputs are sorted by product and merged. */
const product: TableBuild = {
  table: 'product',
  columns: ['product_id', 'position', 'summary', 'features', 'styles', 'related'],
  sorts: 6,
  query: `
    with feature_lists (id, features) as (
      select product_id, ${listOf(objectOf({ feature: text('feature'), value: orNull(`${text('value')}::text`) }))}
      from features
      group by product_id
    ), photo_lists ("productId", id, photos) as (
      select product_id, "styleId", ${listOf(objectOf({ thumbnail_url: text('thumbnail_url'), url: text('url') }))}
      from photos
      group by product_id, "styleId"
    ), sku_lists ("productId", id, skus) as (
      select product_id, "styleId", ${mapOf(objectOf({ quantity: 'quantity', size: text('size') }))}
      from skus
      group by product_id, "styleId"
    ), style_lists (id, styles) as (
      select "productId", ${listOf(
        objectOf({
          style_id: 'id',
          name: text('name'),
          original_price: price('original_price'),
          sale_price: orNull(price('nullif(sale_price, 0)')),
          'default?': 'default_style::text',
          photos: `coalesce(photos, '[{"thumbnail_url":null,"url":null}]')`,
          skus: `coalesce(skus, '{"null":{"quantity":null,"size":null}}')`,
        }),
      )}
      from styles
        left join photo_lists using ("productId", id)
        left join sku_lists using ("productId", id)
      group by "productId"
    ), related_lists (id, related) as (
      select current_product_id, ${listOf('related_product_id::text', 'line')}
      from related
      group by current_product_id
    )
    select id, row_number() over (order by id),
      ${objectOf({
        id: 'id',
        name: text('name'),
        slogan: text('slogan'),
        description: text('description'),
        category: text('category'),
        default_price: price('default_price'),
      })},
      coalesce(features, '[]'),
      ${objectOf({ product_id: quoted('id'), results: `coalesce(styles, '[]')` })},
      coalesce(related, '[]')
    from product
      left join feature_lists using (id)
      left join style_lists using (id)
      left join related_lists using (id)
    order by id`,
};

// SQL that assembles JSON by concatenation. It takes half the time of PostgreSQL's JSON functions and adds no spaces.
// No value may be null, or the result is null.

function objectOf(values: Readonly<Record<string, string>>): string {
  const members = Object.entries(values).map(([key, value]) => `"${key}":' || ${value}`);
  return `'{${members.join(` || ',`)} || '}'`;
}

function listOf(element: string, order = 'id'): string {
  return `'[' || string_agg(${element}, ',' order by ${order}) || ']'`;
}

/** An object with ids as keys. */
function mapOf(value: string): string {
  return `'{' || string_agg('"' || id || '":' || ${value}, ',' order by id) || '}'`;
}

function text(column: string): string {
  return `to_json(${column})`;
}

function quoted(number: string): string {
  return `'"' || ${number} || '"'`;
}

/** Prices are staged with the two decimals that clients expect. */
function price(column: string): string {
  return `'"' || ${column} || '"'`;
}

function orNull(value: string): string {
  return `coalesce(${value}, 'null')`;
}

/**
 * The number of times that a key occurs in the JSON of all styles. Texts never match, because their quotes are escaped.
 */
const keyCount = (key: string) =>
  `sum(octet_length(styles) - octet_length(replace(styles, '${key}', ''))) / ${key.length}`;

export const catalogue: DataSet = {
  schema: 'catalogue',
  title: 'the catalogue',
  emptied: [],
  growth: 0.7,
  files: catalogueFiles,
  stages,
  tables: [product],
  counts: `
    select count(*), sum(json_array_length(features::json)), ${keyCount('"style_id":')},
      ${keyCount('"thumbnail_url":"')}, ${keyCount('"size":"')}, sum(json_array_length(related::json))
    from product`,
};
