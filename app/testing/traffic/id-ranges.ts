/** The ids that requests may use. Products and questions are numbered from 1. */
export interface IdRanges {
  /** The largest product id. */
  readonly products: number;
  /** The largest question id. */
  readonly questions: number;
  /** Question ids that are reported or do not exist. */
  readonly hidden: ReadonlySet<number>;
  /** Up to 100 products whose JSON is too small to be compressed. */
  readonly small: readonly number[];
}

/**
 * Reads the ranges from the database. Throws when it is empty.
 *
 * @param query runs a query of one column and returns its rows as lines
 */
export async function readIdRanges(query: (sql: string) => Promise<string>): Promise<IdRanges> {
  const largest = await query(
    'select max(product_id) from catalogue.product union all select max(question_id) from qa.question',
  );
  const [products, questions] = largest.split('\n').map(Number);
  if (!products || !questions) throw new Error('The database has no products or no questions.');
  const hidden = await query(`select id from generate_series(1, ${questions}) id
    where not exists (select from qa.question where question_id = id and not reported)`);
  const ids = hidden.split('\n').filter(Boolean).map(Number);
  if (ids.length === questions) throw new Error('The database has no question that was not reported.');
  const small = await query(`select product_id from catalogue.product
    where octet_length(summary) + octet_length(features) < 480 order by product_id limit 100`);
  return { products, questions, hidden: new Set(ids), small: small.split('\n').filter(Boolean).map(Number) };
}
