/** What a column of a data file holds. An `id` is 1 … 2147483647, an `integer` 0 … 2147483647. */
export type ColumnType = 'id' | 'integer' | 'integer?' | 'boolean' | 'milliseconds' | 'text' | 'text?';

export interface DataFile {
  readonly name: string;
  /** The columns in the order of the header line; a `?` type may be a bare `null`. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Lines after the header in the real set. */
  readonly rows: number;
}

/** The data files of the catalogue; each stands after the file its rows refer to. */
export const catalogueFiles = [
  {
    name: 'product.csv',
    columns: {
      id: 'id',
      name: 'text',
      slogan: 'text',
      description: 'text',
      category: 'text',
      default_price: 'integer',
    },
    rows: 1_000_011,
  },
  {
    name: 'features.csv',
    columns: { id: 'id', product_id: 'id', feature: 'text', value: 'text?' },
    rows: 2_219_279,
  },
  {
    name: 'styles.csv',
    columns: {
      id: 'id',
      productId: 'id',
      name: 'text',
      sale_price: 'integer?',
      original_price: 'integer',
      default_style: 'boolean',
    },
    rows: 1_958_102,
  },
  {
    name: 'photos.csv',
    columns: { id: 'id', styleId: 'id', url: 'text', thumbnail_url: 'text' },
    rows: 5_655_656,
  },
  {
    name: 'skus.csv',
    columns: { id: 'id', styleId: 'id', size: 'text', quantity: 'integer' },
    rows: 11_323_917,
  },
  {
    name: 'related.csv',
    columns: { id: 'id', current_product_id: 'id', related_product_id: 'id' },
    rows: 4_508_263,
  },
] as const satisfies readonly DataFile[];

/** The data files of questions and answers, in the same order of reference. */
export const qaFiles = [
  {
    name: 'questions.csv',
    columns: {
      id: 'id',
      product_id: 'id',
      body: 'text',
      date_written: 'milliseconds',
      asker_name: 'text',
      asker_email: 'text',
      reported: 'boolean',
      helpful: 'integer',
    },
    rows: 3_518_963,
  },
  {
    name: 'answers.csv',
    columns: {
      id: 'id',
      question_id: 'id',
      body: 'text',
      date_written: 'milliseconds',
      answerer_name: 'text',
      answerer_email: 'text',
      reported: 'boolean',
      helpful: 'integer',
    },
    rows: 6_879_306,
  },
  {
    name: 'answers_photos.csv',
    columns: { id: 'id', answer_id: 'id', url: 'text' },
    rows: 2_063_759,
  },
] as const satisfies readonly DataFile[];

/** The header line of a data file, without its line end. */
export function headerOf(file: DataFile): string {
  return Object.keys(file.columns).join(',');
}
