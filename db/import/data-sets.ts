import { catalogueFiles, type DataFile, qaFiles } from '../data-files.ts';
import { IdMap, IdSet } from './ids.ts';

/** A set of files that is imported whole, into the schema of its name. */
export interface DataSet {
  readonly schema: 'catalogue' | 'qa';
  readonly title: string;
  readonly files: readonly DataFile[];
  /** How each file is loaded, in the order of the files. What they remember of ids is made new by each call. */
  loads(): TableLoad[];
}

/** How a file becomes a table. */
export interface TableLoad {
  readonly table: string;
  /** Integer columns that the importer puts before the file's own. */
  readonly lead: readonly string[];
  /** The table's columns, the key first, each as SQL over the staged columns. */
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  /** What a row's second column names, where that must have been loaded. */
  readonly parent?: string;
  /**
   * Takes a row by its first two columns and its line, and remembers it for its children. Returns the values of
   * the lead, each with a comma behind it; undefined when the parent is not there.
   */
  admit(id: number, second: number, line: number): string | undefined;
}

export const dataSets: readonly DataSet[] = [
  { schema: 'catalogue', title: 'the catalogue', files: catalogueFiles, loads: catalogueLoads },
  { schema: 'qa', title: 'questions and answers', files: qaFiles, loads: qaLoads },
];

function catalogueLoads(): TableLoad[] {
  const products = new IdSet();
  const productOfStyle = new IdMap();
  const ofProduct = (_id: number, product: number) => (products.has(product) ? '' : undefined);
  const ofStyle = (_id: number, style: number) => leadOf(productOfStyle.get(style));
  return [
    {
      table: 'product',
      lead: [],
      columns: {
        product_id: 'id',
        position: 'row_number() over (order by id)',
        default_price: 'default_price',
        name: 'name',
        slogan: 'slogan',
        description: 'description',
        category: 'category',
      },
      key: ['product_id'],
      admit(id) {
        products.add(id);
        return '';
      },
    },
    {
      table: 'feature',
      lead: [],
      columns: { product_id: 'product_id', feature_id: 'id', feature: 'feature', value: 'value' },
      key: ['product_id', 'feature_id'],
      parent: 'product',
      admit: ofProduct,
    },
    {
      table: 'style',
      lead: [],
      columns: {
        product_id: '"productId"',
        style_id: 'id',
        original_price: 'original_price',
        sale_price: 'nullif(sale_price, 0)',
        is_default: 'default_style',
        name: 'name',
      },
      key: ['product_id', 'style_id'],
      parent: 'product',
      admit(id, product) {
        if (!products.has(product)) return undefined;
        productOfStyle.set(id, product);
        return '';
      },
    },
    {
      table: 'photo',
      lead: ['product_id'],
      columns: {
        product_id: 'product_id',
        style_id: '"styleId"',
        photo_id: 'id',
        url: 'url',
        thumbnail_url: 'thumbnail_url',
      },
      key: ['product_id', 'style_id', 'photo_id'],
      parent: 'style',
      admit: ofStyle,
    },
    {
      table: 'sku',
      lead: ['product_id'],
      columns: {
        product_id: 'product_id',
        style_id: '"styleId"',
        sku_id: 'id',
        quantity: 'quantity',
        size: 'size',
      },
      key: ['product_id', 'style_id', 'sku_id'],
      parent: 'style',
      admit: ofStyle,
    },
    {
      table: 'related',
      lead: ['line'],
      columns: {
        product_id: 'current_product_id',
        position: 'line',
        related_product_id: 'related_product_id',
      },
      key: ['product_id', 'position'],
      parent: 'product',
      admit: (_id, product, line) => (products.has(product) ? `${line},` : undefined),
    },
  ];
}

function qaLoads(): TableLoad[] {
  const productOfQuestion = new IdMap();
  const questionOfAnswer = new IdMap();
  const written = {
    helpful: 'helpful',
    reported: 'reported',
    user_written: 'false',
    date_written: `to_timestamp(date_written / 1000::double precision)`,
    body: 'body',
  };
  return [
    {
      table: 'question',
      lead: [],
      columns: {
        product_id: 'product_id',
        question_id: 'id',
        ...written,
        asker_name: 'asker_name',
        asker_email: 'asker_email',
      },
      key: ['product_id', 'question_id'],
      admit(id, product) {
        productOfQuestion.set(id, product);
        return '';
      },
    },
    {
      table: 'answer',
      lead: ['product_id'],
      columns: {
        product_id: 'product_id',
        question_id: 'question_id',
        answer_id: 'id',
        ...written,
        answerer_name: 'answerer_name',
        answerer_email: 'answerer_email',
      },
      key: ['product_id', 'question_id', 'answer_id'],
      parent: 'question',
      admit(id, question) {
        const lead = leadOf(productOfQuestion.get(question));
        if (lead !== undefined) questionOfAnswer.set(id, question);
        return lead;
      },
    },
    {
      table: 'answer_photo',
      lead: ['product_id', 'question_id'],
      columns: {
        product_id: 'product_id',
        question_id: 'question_id',
        answer_id: 'answer_id',
        photo_id: 'id',
        url: 'url',
      },
      key: ['product_id', 'question_id', 'answer_id', 'photo_id'],
      parent: 'answer',
      admit(_id, answer) {
        const question = questionOfAnswer.get(answer);
        return question === 0 ? undefined : `${productOfQuestion.get(question)},${question},`;
      },
    },
  ];
}

/** The lead of a row whose only ancestor above its parent is a product; 0 is the id of none. */
function leadOf(product: number): string | undefined {
  return product === 0 ? undefined : `${product},`;
}
