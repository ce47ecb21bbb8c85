import type { Statement } from '../database.ts';

// The import wrote the answers down as JSON (db/import/catalogue.ts).

/** $1 positions come before the page, $2 is the last on it. Returns `<elements>\n<json>`. */
export const productsPage: Statement = {
  name: 'products-page',
  text: `
    select count(*) || E'\\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']'
    from catalogue.product
    where position > $1::bigint and position <= $2::bigint`,
};

/** A product is its summary, its last brace taken off, and its features. */
export const product: Statement = {
  name: 'product',
  text: `
    select left(summary, -1) || ',"features":' || features || '}'
    from catalogue.product
    where product_id = $1`,
};

export const styles: Statement = {
  name: 'styles',
  text: 'select styles from catalogue.product where product_id = $1',
};

export const related: Statement = {
  name: 'related',
  text: 'select related from catalogue.product where product_id = $1',
};
