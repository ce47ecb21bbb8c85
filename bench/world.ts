/** What there is to ask for. */
export interface World {
  readonly products: number;
  readonly questions: number;
  /** Numbers up to that which no one can see a question under: it was reported, or there is none. */
  readonly hidden: ReadonlySet<number>;
}

/** Reads it by queries of one column, whose rows come back as lines. Throws when the database is empty. */
export async function readWorld(query: (sql: string) => Promise<string>): Promise<World> {
  const largest = await query(
    'select max(product_id) from catalogue.product union all select max(question_id) from qa.question',
  );
  const [products, questions] = largest.split('\n').map(Number);
  if (!products || !questions) throw new Error('The database has no products or no questions.');
  const hidden = await query(`select id from generate_series(1, ${questions}) id
    where not exists (select from qa.question where question_id = id and not reported)`);
  const ids = hidden.split('\n').filter(Boolean).map(Number);
  if (ids.length === questions) throw new Error('The database has no question that was not reported.');
  return { products, questions, hidden: new Set(ids) };
}
