import type { Statement } from '../database.ts';

// The import wrote the answers down as JSON (db/import/catalogue.ts). Each statement answers many questions at once
// (Database.answer).

/** $1 positions come before the page, $2 is the last on it. Returns `<elements>\n<json>`. */
export const productsPage: Statement = {
  name: 'products-page',
  text: `
    select place, folded
    from unnest($1::bigint[], $2::bigint[]) with ordinality as asked (before, last, place), lateral (
      select count(*) || E'\\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']' as folded
      from catalogue.product
      where position > before and position <= last
    ) page`,
};

const ofProduct = (name: string, answer: string): Statement => ({
  name,
  text: `
    select place, ${answer}
    from unnest($1::integer[]) with ordinality as asked (id, place) join catalogue.product on product_id = id`,
});

/** A product is its summary, its last brace taken off, and its features. */
export const product = ofProduct('product', `left(summary, -1) || ',"features":' || features || '}'`);
export const styles = ofProduct('styles', 'styles');
export const related = ofProduct('related', 'related');
