import { emptyFolder } from '../testing/temporary-folder.ts';
import { dataFiles, type FileName } from './files.ts';
import { generate } from './generate.ts';
import { type ReadFile, readDataFile } from './testing/read-data-file.ts';

jest.setTimeout(30_000);
const files = {} as Record<FileName, ReadFile>;

beforeAll(async () => {
  const out = await emptyFolder();
  await generate({ out, scale: 0.001, seed: 1 });
  for (const { name } of dataFiles) {
    files[name] = await readDataFile(out, name, name === 'styles.csv' ? '\r\n' : '\n');
  }
});

const column = (name: FileName, key: string) => files[name].rows.map(row => row[key]?.text ?? '');
const ids = (name: FileName) => column(name, 'id').map(Number);

/** The number of children of each parent, parents without children included. */
function childrenOf(parent: FileName, child: FileName, key: string): number[] {
  const counts = new Map(ids(parent).map(id => [id, 0]));
  for (const id of column(child, key).map(Number)) {
    const count = counts.get(id);
    if (count !== undefined) counts.set(id, count + 1);
  }
  return [...counts.values()];
}

it.each<[FileName, FileName, string]>([
  ['product.csv', 'features.csv', 'product_id'],
  ['product.csv', 'styles.csv', 'productId'],
  ['styles.csv', 'photos.csv', 'styleId'],
  ['styles.csv', 'skus.csv', 'styleId'],
  ['product.csv', 'related.csv', 'current_product_id'],
  ['product.csv', 'questions.csv', 'product_id'],
  ['questions.csv', 'answers.csv', 'question_id'],
  ['answers.csv', 'answers_photos.csv', 'answer_id'],
])('some parents in %s have no child in %s, and some have twice the mean', (parent, child, key) => {
  const counts = childrenOf(parent, child, key);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(Math.min(...counts)).toBe(0);
  expect(Math.max(...counts)).toBeGreaterThanOrEqual(2 * mean);
});

it('the oldest styles have about twice as many photos and skus', () => {
  const oldest = (child: FileName) => childrenOf('styles.csv', child, 'styleId').slice(0, 20);
  expect(Math.min(...oldest('photos.csv'))).toBeGreaterThanOrEqual(5);
  expect(Math.min(...oldest('skus.csv'))).toBeGreaterThanOrEqual(11);
});

it('ids of products have no gaps, all others do, and none are strictly in order', () => {
  expect(ids('product.csv').toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  for (const { name } of dataFiles) {
    const all = ids(name);
    if (name !== 'product.csv') expect(Math.max(...all)).toBeGreaterThan(all.length);
    expect(all.slice(1).filter((id, i) => id === (all[i] ?? 0) - 1).length).toBeGreaterThan(0);
  }
});

it('one file starts with a byte-order mark, and none ends with a line end', () => {
  const marked = dataFiles.filter(({ name }) => files[name].text.startsWith('\ufeff'));
  expect(marked.map(({ name }) => name)).toEqual(['features.csv']);
  for (const { name } of dataFiles) expect(files[name].text).toMatch(/[^\r\n]$/);
});

it('a space precedes the quantity of every size 11 and of no other', () => {
  const elevens = files['skus.csv'].rows.filter(row => row.quantity?.text.startsWith(' '));
  expect(elevens.length).toBeGreaterThan(0);
  expect(new Set(elevens.map(row => row.size?.text))).toEqual(new Set(['11']));
  expect(column('skus.csv', 'size').filter(size => size === '11')).toHaveLength(elevens.length);
});

it('there are letter sizes, half sizes and a style with one size twice', () => {
  expect(column('skus.csv', 'size')).toEqual(expect.arrayContaining(['XS', '7.5', '11']));
  const perStyle = files['skus.csv'].rows.map(row => `${row.styleId?.text} ${row.size?.text}`);
  expect(new Set(perStyle).size).toBeLessThan(perStyle.length);
});

it('some values are null, and some are the text null', () => {
  const nulls = files['features.csv'].rows.map(row => row.value).filter(value => value?.text === 'null');
  expect(new Set(nulls.map(value => value?.isQuoted))).toEqual(new Set([true, false]));
});

it('some answers have no e-mail address, all of them by the seller', () => {
  const without = files['answers.csv'].rows.filter(row => row.answerer_email?.isQuoted === false);
  expect(new Set(without.map(row => row.answerer_email?.text))).toEqual(new Set(['null']));
  expect(new Set(without.map(row => row.answerer_name?.text))).toEqual(new Set(['Seller']));
  const sellers = files['answers.csv'].rows.filter(row => row.answerer_name?.text === 'Seller');
  expect(without.length).toBeLessThan(sellers.length);
});

it('some prices exceed 32 bits in cents, few styles are on sale, and some sale prices are 0', () => {
  expect(column('styles.csv', 'original_price')).toContain('500000000');
  const sales = column('styles.csv', 'sale_price');
  expect(sales).toEqual(expect.arrayContaining(['null', '0', expect.stringMatching(/^[1-9]/)]));
  expect(sales.filter(sale => sale === 'null').length).toBeGreaterThan(sales.length / 2);
});

it('a product has at most one default style, and some have none', () => {
  const perProduct = new Map<string, number>();
  for (const row of files['styles.csv'].rows) {
    const product = row.productId?.text ?? '';
    perProduct.set(product, (perProduct.get(product) ?? 0) + Number(row.default_style?.text));
  }
  expect(new Set(perProduct.values())).toEqual(new Set([0, 1]));
});

it('some products are related to one twice or to themselves', () => {
  const pairs = files['related.csv'].rows.map(row => [
    row.current_product_id?.text,
    row.related_product_id?.text,
  ]);
  // By chance it would be one in a thousand.
  expect(pairs.filter(([current, other]) => current === other).length).toBeGreaterThan(pairs.length / 100);
  expect(new Set(pairs.map(pair => pair.join())).size).toBeLessThan(pairs.length);
});

it('some URLs have commas and ampersands, and some have no quotes', () => {
  expect(column('photos.csv', 'url').some(url => /&.*,.*&/.test(url))).toBe(true);
  const bare = files['answers_photos.csv'].rows.filter(row => row.url?.isQuoted === false);
  expect(bare.length).toBeGreaterThan(0);
});

it.each<FileName>(['questions.csv', 'answers.csv'])('%s has every kind of text', name => {
  const bodies = column(name, 'body');
  for (const mark of [',', '"', '\n', /\p{Emoji_Presentation}/u, /[\p{Script=Hebrew}\p{Script=Arabic}]/u]) {
    expect(bodies.some(body => body.search(mark) >= 0)).toBe(true);
  }
  expect(Math.min(...bodies.map(body => body.length))).toBeGreaterThanOrEqual(20);
  expect(Math.max(...bodies.map(body => body.length))).toBeLessThanOrEqual(280);
});

it.each<FileName>(['questions.csv', 'answers.csv'])('%s has about one reported row in forty', name => {
  const reported = column(name, 'reported').filter(flag => flag === '1').length / files[name].rows.length;
  expect(reported).toBeGreaterThan(0.02);
  expect(reported).toBeLessThan(0.03);
});

it('some questions refer to products that do not exist', () => {
  expect(Math.max(...column('questions.csv', 'product_id').map(Number))).toBeGreaterThan(1000);
});
