/**
 * The type of a column. An `id` is 1 to 2,000,000,000, an `integer` 0 to 2147483647, a `price` 0 to 2147483647.99 with
 * at most two decimals. A column with a `?` type may be NULL, written as a bare `null` or as an empty value.
 */
export type ColumnType =
  | 'id'
  | 'integer'
  | 'price'
  | 'price?'
  | 'boolean'
  | 'milliseconds'
  | 'text'
  | 'text?';

export interface DataFile {
  readonly name: string;
  /** An alternative name of the file. */
  readonly otherName?: string;
  /** The documented columns, in their documented order. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The number of lines after the header in the real set. */
  readonly rows: number;
}

/** The data files of the catalogue, each after the file that its rows refer to. */
export const catalogueFiles = [
  {
    name: 'product.csv',
    otherName: 'products.csv',
    columns: {
      id: 'id',
      name: 'text',
      slogan: 'text',
      description: 'text',
      category: 'text',
      default_price: 'price',
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
      sale_price: 'price?',
      original_price: 'price',
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

/** The data files of questions and answers, each after the file that its rows refer to. */
export const qaFiles = [
  {
    name: 'questions.csv',
    columns: {
      id: 'id',
      product_id: 'id',
      body: 'text',
      date_written: 'milliseconds',
      asker_name: 'text',
      asker_email: 'text?',
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
      answerer_email: 'text?',
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

/** The documented header line of a data file, without its line end. */
export function headerOf(file: DataFile): string {
  return Object.keys(file.columns).join(',');
}
