import { isTogether, type Statement } from '../database.ts';

// The import wrote the answers down as JSON (db/import/catalogue.ts). Each statement answers many questions at once
// (Database.answer).

/** $1 positions come before the page, $2 is the last on it; $3 bytes. Returns `<elements>\n<json>`. */
export const productsPage: Statement = {
  name: 'products-page',
  text: `
    select place, (
      with page as materialized (
        select position, summary from catalogue.product where position > before and position <= last
      )
      select case when (select sum(octet_length(summary)) from page) > $3 then '' else (
        select count(*) || E'\\n[' || coalesce(string_agg(summary, ',' order by position), '') || ']' from page
      ) end
    )
    from unnest($1::bigint[], $2::bigint[]) with ordinality as asked (before, last, place)`,
};

/** The documents of a product, by the number that the statement below knows them by. */
export const documents = { product: 1, styles: 2, related: 3 } as const;

/**
 * $1 product, $2 which of its documents; $3 bytes: one statement for all three, so that they are asked together. The product
 * itself is its summary, its last brace taken off, and its features. Asked for alone it may be as large as an import lets it.
 */
export const document: Statement = {
  name: 'document',
  text: `
    select place, case when ${isTogether('$3')} and octet_length(json) > $3 then '' else json end
    from unnest($1::integer[], $2::integer[]) with ordinality as asked (id, document, place)
      join catalogue.product on product_id = id, lateral (
        select case document
          when 1 then left(summary, -1) || ',"features":' || features || '}'
          when 2 then styles
          when 3 then related
        end
      ) as document_of (json)`,
};
