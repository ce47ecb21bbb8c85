import type {
  ChosenAnswer,
  ChosenProduct,
  ChosenQuestion,
  ChosenStyle,
  ListPage,
  ProductRow,
} from './chosen.ts';

/** A request to the API, and the expected response. */
export interface Expectation {
  /** The route, as documented. */
  readonly route: string;
  readonly path: string;
  readonly status: 200 | 400 | 404;
  /** The JSON, if the status is 200. Bodies of other responses are not compared. */
  readonly body?: unknown;
}

/** The API's page size limit. */
const count = 500;
/** Questions of a product whose answers are compared. */
const questionsCompared = 3;

/** The API responds to a larger page with 400. */
const maxPageBytes = 1024 * 1024;

/** The expected response for a page of the list. */
export function expectationOfPage({ path, rows }: ListPage): Expectation {
  const body = rows.map(productElement);
  const bytes = body.reduce((sum, product) => sum + Buffer.byteLength(JSON.stringify(product)), 0);
  const route = '/products';
  return bytes > maxPageBytes ? { route, path, status: 400 } : { route, path, status: 200, body };
}

/** The expected responses about a product, by the OpenAPI document. */
export function* expectationsOf(product: ChosenProduct): Generator<Expectation> {
  const { id } = product;
  yield* [
    ofProduct('/products/:product_id', product, row => ({
      ...productElement(row),
      features: byId(product.features).map(({ feature, value }) => ({ feature, value })),
    })),
    ofProduct('/products/:product_id/styles', product, () => ({
      product_id: String(id),
      results: product.styles.toSorted((one, other) => one.row.id - other.row.id).map(styleElement),
    })),
    ofProduct('/products/:product_id/related', product, () => product.related),
  ];
  yield {
    route: '/qa/questions',
    path: `/qa/questions?product_id=${id}&count=${count}`,
    status: 200,
    body: { product_id: String(id), results: pageOf(product.questions).map(questionElement) },
  };
  for (const question of someOf(product.questions)) yield answersOf(question);
}

function ofProduct(
  route: string,
  { id, row }: ChosenProduct,
  body: (row: ProductRow) => unknown,
): Expectation {
  const path = route.replace(':product_id', String(id));
  return row ? { route, path, status: 200, body: body(row) } : { route, path, status: 404 };
}

function productElement({ id, name, slogan, description, category, default_price }: ProductRow) {
  return { id, name, slogan, description, category, default_price };
}

function styleElement({ row, photos, skus }: ChosenStyle) {
  const pairs = skus.map(({ id, quantity, size }) => [id, { quantity, size }]);
  return {
    style_id: row.id,
    name: row.name,
    original_price: row.original_price,
    sale_price: row.sale_price === '0.00' ? null : row.sale_price,
    'default?': row.default_style,
    photos:
      photos.length === 0
        ? [{ thumbnail_url: null, url: null }]
        : byId(photos).map(({ thumbnail_url, url }) => ({ thumbnail_url, url })),
    skus: pairs.length === 0 ? { null: { quantity: null, size: null } } : Object.fromEntries(pairs),
  };
}

function questionElement({ row, answers }: ChosenQuestion) {
  return {
    question_id: row.id,
    question_body: row.body,
    question_date: date(row.date_written),
    asker_name: row.asker_name,
    question_helpfulness: row.helpful,
    reported: false,
    answers: Object.fromEntries(
      pageOf(answers).map(answer => [
        answer.row.id,
        { id: answer.row.id, ...answerFields(answer), photos: byId(answer.photos).map(({ url }) => url) },
      ]),
    ),
  };
}

function answersOf({ row, answers }: ChosenQuestion): Expectation {
  const route = '/qa/questions/:question_id/answers';
  const path = `${route.replace(':question_id', String(row.id))}?count=${count}`;
  if (row.reported) return { route, path, status: 404 };
  const results = pageOf(answers).map(answer => ({
    answer_id: answer.row.id,
    ...answerFields(answer),
    photos: byId(answer.photos).map(({ id, url }) => ({ id, url })),
  }));
  return { route, path, status: 200, body: { question: String(row.id), page: 1, count, results } };
}

function answerFields({ row }: ChosenAnswer) {
  const { body, answerer_name, helpful } = row;
  return { body, date: date(row.date_written), answerer_name, helpfulness: helpful };
}

/** The first page of the elements that are not reported, the most helpful first. */
function pageOf<T extends { row: { id: number; helpful: number; reported: boolean } }>(
  all: readonly T[],
): T[] {
  return all
    .filter(({ row }) => !row.reported)
    .sort((one, other) => other.row.helpful - one.row.helpful || one.row.id - other.row.id)
    .slice(0, count);
}

/** A few questions, among them a reported one if any is reported. */
function someOf(questions: readonly ChosenQuestion[]): ChosenQuestion[] {
  const reported = questions.filter(({ row }) => row.reported).slice(0, 1);
  const others = questions.filter(({ row }) => !row.reported);
  return [...reported, ...others].slice(0, questionsCompared);
}

function byId<T extends { id: number }>(all: readonly T[]): T[] {
  return all.toSorted((one, other) => one.id - other.id);
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
