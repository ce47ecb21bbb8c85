import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileReport, generate } from '../db/generate/generate.ts';
import { fullFolder, importFrom } from '../db/import/testing/data-folder.ts';
import { silent } from '../db/progress.ts';
import { emptyFolder } from '../db/testing/temporary-folder.ts';
import { verify } from '../db/verify/verify.ts';
import { startReplica, startTestService, type TestService } from './testing/service.ts';

let service: TestService;
let data: string;
let files: FileReport[];
beforeAll(async () => {
  service = await startTestService();
  data = await emptyFolder();
  files = await generate({ out: data, scale: 0.0001, seed: 3 });
});
afterAll(() => service.stop());

const load = () => importFrom(data, service.database.owner, { discardUserRows: true });
const run = (port = service.port) => {
  const api = { url: new URL(`http://127.0.0.1:${port}`) };
  return verify({ data, api, products: 1000, progress: silent });
};

async function expectAgreement(): Promise<void> {
  const { chosen, comparison } = await run();
  expect(comparison.differences).toEqual([]);
  expect(comparison).toMatchObject({ differing: 0, byUsers: 0 });
  // All products are chosen, so only rows that an import must reject are missing.
  const kept = files.reduce((sum, { rows, expectedRejected }) => sum + rows - expectedRejected, 0);
  expect(chosen.products).toHaveLength(chosen.productsInAll);
  expect(chosen.rows).toBe(kept);
  expect(chosen.repaired).toBe(2);
}

test('every response about every product of a generated set with all kinds of defects agrees', async () => {
  await load();
  await expectAgreement();
});

test("users' writes since the import are told apart from errors", async () => {
  const put = (path: string) => service.call(path, { method: 'PUT' });
  const post = (path: string, more: object) =>
    service.call(path, { method: 'POST', body: { body: 'b', name: 'n', email: 'n@mail.example', ...more } });
  const [question, other] = await service.sql(
    'select question_id as id from qa.question where not reported and exists (select from catalogue.product where product.product_id = question.product_id)',
  );
  const [answer, third] = await service.sql(
    'select answer_id as id from qa.answer join qa.question using (question_id) where not answer.reported and not question.reported',
  );
  const statuses = [
    await put(`/qa/questions/${question.id}/helpful`),
    await put(`/qa/answers/${answer.id}/helpful`),
    await put(`/qa/answers/${third.id}/report`),
    await post('/qa/questions', { product_id: 1 }),
    await post(`/qa/questions/${question.id}/answers`, { photos: ['https://photos.example/1.jpg'] }),
    await put(`/qa/questions/${other.id}/report`),
  ].map(({ status }) => status);
  expect(statuses).toEqual([204, 204, 204, 201, 201, 204]);
  const { comparison } = await run();
  expect(comparison.differences).toEqual([]);
  expect(comparison.byUsers).toBeGreaterThan(3);

  await service.sql('update qa.question set helpful = helpful - 1 where helpful > 1');
  expect((await run()).comparison.differing).toBeGreaterThan(0);
});

test('a set with other header forms, orders of columns and spreadsheet formats agrees', async () => {
  const change = async (name: string, header: string, line: (...values: string[]) => string) => {
    const text = await readFile(join(data, name), 'utf8');
    const [, ...lines] = text.split(/\r?\n/);
    const values = lines.map(each => each.match(/"(?:[^"]|"")*"|[^",]+/g) ?? []);
    await writeFile(join(data, name), [header, ...values.map(each => line(...each))].join('\r\n'));
  };
  const bare = (text = '') => (/[",]/.test(text.slice(1, -1)) ? text : text.replaceAll('"', ''));
  await change(
    'product.csv',
    'Default Price,id,name,,slogan,description,category',
    (id, name, slogan, text, category, price) =>
      [`${price}.5`, id, bare(name), '', slogan, text, bare(category)].join(' , '),
  );
  await rename(join(data, 'product.csv'), join(data, 'products.csv'));
  await change(
    'features.csv',
    '\uFEFF"value","note","PRODUCT_ID","feature","id"',
    (id, product, feature, value) => [value, '"a ""note"""', product, feature, id].join(',\t'),
  );
  await change('styles.csv', 'id, product_id, name, sale_price, original_price, default_style', (...values) =>
    values.map(value => (value === 'null' ? ' ' : value)).join(', '),
  );
  await change('skus.csv', 'quantity,size,styleId,id', (id, style, size, quantity) =>
    [quantity, bare(size), style, id].join(),
  );
  await change('related.csv', 'id,RelatedProductId,CurrentProductId', (id, product, other) =>
    [id, other, product].join(),
  );
  for (const name of ['photos.csv', 'questions.csv', 'answers.csv', 'answers_photos.csv']) {
    const text = await readFile(join(data, name), 'utf8');
    const spaced = text.replace(/^.*/, header => header.replaceAll('_', ' ').toUpperCase());
    await writeFile(join(data, name), spaced.replaceAll(/","(?=\S)/g, '" ,\t"'));
  }
  const { files: imported } = await load();
  expect(imported.map(({ rejected }) => rejected)).toEqual(
    files.map(({ expectedRejected }) => expectedRejected),
  );
  await expectAgreement();
  const [row] = await service.sql("select summary::json ->> 'default_price' as price from catalogue.product");
  expect(row.price).toMatch(/^\d+\.50$/);
});

test.each([
  ['without products', [], 0],
  ['with products that are too large for one page', Array.from({ length: 30 }, (_, id) => id + 1), 60_000],
])('a list %s agrees', async (_, ids, bytes) => {
  data = await fullFolder({ 'product.csv': ids.map(id => `${id},"n","s","${'ä'.repeat(bytes / 2)}","c",1`) });
  await load();
  const replica = await startReplica(service.database.app); // its cache is empty
  const { comparison } = await run(replica.port);
  await replica.stop();
  expect(comparison).toMatchObject({ differing: 0, differences: [] });
  expect(comparison.compared.get('/products')).toBeGreaterThan(8);
});
