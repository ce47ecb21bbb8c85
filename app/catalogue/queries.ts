import { query, tooLarge } from '../database.ts';

// The import has built the JSON of the responses (db/import/catalogue.ts). Each text begins with the number of its table. The text of an
// empty page has none.

/** $1 positions come before the page, $2 is the last on it. Returns `<table>\n<elements>\n<json>`. */
export const productsPage = query(
  'catalogue',
  'products-page',
  (_size, maxBytes) => `
    select place, (
      with page as materialized (
        select tableoid, position, summary from catalogue.product where position > before and position <= last
      )
      select case when (select sum(octet_length(summary)) from page) > ${maxBytes} then '${tooLarge}' else (
        select coalesce(max(tableoid)::text, '') || E'\\n' || count(*)
          || E'\\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']'
        from page
      ) end
    )
    from unnest($1::bigint[], $2::bigint[]) with ordinality as query (before, last, place)`,
);

const numbered = `product.tableoid || E'\\n' || json`;

/** The documents of a product, by their number in the query below. */
export const documents = { product: 1, styles: 2, related: 3 } as const;

/**
 * $1 product, $2 document: one query for all three, so that they share a batch. The product is its summary without the last brace,
 * and its features. Alone it may be as large as an import allows. Returns `<table>\n<json>`.
 */
export const document = query(
  'catalogue',
  'document',
  (size, maxBytes) => `
    select place, ${size === 'alone' ? numbered : `case when octet_length(json) > ${maxBytes} then '${tooLarge}' else ${numbered} end`}
    from unnest($1::integer[], $2::integer[]) with ordinality as query (id, document, place)
      join catalogue.product on product_id = id, lateral (
        select case document
          when 1 then left(summary, -1) || ',"features":' || features || '}'
          when 2 then styles
          when 3 then related
        end
      ) as document_of (json)`,
);
