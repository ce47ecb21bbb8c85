import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { headerOf, qaFiles } from '../data-files.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { closingTable } from './closing-table.ts';
import { catalogueFolder, fullFolder, importFrom, qaFolder, readList } from './testing/data-folder.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});

afterAll(() => database.drop());

async function load(folder: string) {
  const rejects = join(folder, '.rejects.csv');
  const result = await importFrom(folder, database.owner, { rejects, discardUserRows: true });
  return { ...result, list: result.rejects ? await readList(result.rejects) : [] };
}

async function select(sql: string): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows;
}

const features = async () =>
  JSON.parse((await select('select features from catalogue.product'))[0]?.[0] as string);
const styles = async () =>
  JSON.parse((await select('select styles from catalogue.product'))[0]?.[0] as string).results;

/** Replaces a file of a folder. */
const write = (folder: string, name: string, text: string) => writeFile(join(folder, name), text);

const product = '1,"name","slogan","description","category",140';
const style = '1,1,"s",null,140,1';

describe('blanks around a value are dropped', () => {
  test.each([
    ['1,1,"Fabric", null', 'Fabric', null],
    ['1,1,"Fabric",null ', 'Fabric', null],
    ['1,1,"Fabric",\tnull\t', 'Fabric', null],
    ['1,1,"Fabric",', 'Fabric', null],
    ['1,1,"Fabric", ', 'Fabric', null],
    ['1,1,"Fabric", "null"', 'Fabric', 'null'],
    ['1,1,"Fabric","null"', 'Fabric', 'null'],
    ['1,1,"Fabric", NULL', 'Fabric', 'NULL'],
    ['1,1,"Fabric", "Canvas"', 'Fabric', 'Canvas'],
    ['1,1, "Fabric" ,"Canvas" ', 'Fabric', 'Canvas'],
    ['1,1,\t"Fabric"\t,\t"Canvas"', 'Fabric', 'Canvas'],
    ['1 , 1, Fabric , Canvas ', 'Fabric', 'Canvas'],
    ['1,1," Fabric "," Canvas, blue"', ' Fabric ', ' Canvas, blue'],
    ['1,1, "a ""b"", c" , ""', 'a "b", c', ''],
    ['1,1, "two\nlines" , null', 'two\nlines', null],
    ['1,1, "lost, null', 'lost', null],
    ['1,1, "lost , "Canvas"', 'lost', 'Canvas'],
    ['1,1, lost" , "Canvas"', 'lost', 'Canvas'],
  ])('in %j', async (line, feature, value) => {
    for (const end of ['\n', '\r\n', ' \t\r\n', '']) {
      const folder = await catalogueFolder({ 'product.csv': [product] });
      await write(folder, 'features.csv', `id,product_id,feature,value\n${line}${end}`);
      expect((await load(folder)).list).toEqual([]);
      expect(await features()).toEqual([{ feature, value }]);
    }
  });

  test('in numbers, prices and flags, too', async () => {
    const folder = await fullFolder({
      'product.csv': [' 1 ,"n","s","d","c",\t140 '],
      'styles.csv': ['1, 1, "s" , null, 140, 1', '2\t,1 ,"t", 0 ,140\t, 0 ', '3,1,u,,140,0'],
      'questions.csv': [' 1 , 1 , "b" , 1599958385988 , n , null , 0 , 3 '],
    });
    expect((await load(folder)).list).toEqual([]);
    expect((await styles()).map(({ sale_price }: { sale_price: unknown }) => sale_price)).toEqual([
      null,
      null,
      null,
    ]);
    expect(await select('select body, asker_name, asker_email, helpful from qa.question')).toEqual([
      ['b', 'n', null, 3],
    ]);
  });

  test('but a required value is still required', async () => {
    const { list } = await load(
      await catalogueFolder({
        'product.csv': [product],
        'features.csv': [
          '1,1, ,"v"',
          '2,1, null ,"v"',
          '3,1,"a" b,"v"',
          '4,1,a "b","v"',
          '5, ,"f","v"',
          '6,1, "lost",  "d"x',
        ],
      }),
    );
    expect(list).toEqual([
      'features.csv,2,feature is empty',
      'features.csv,3,null where a value is required: feature',
      'features.csv,4,misplaced quote in feature',
      'features.csv,5,misplaced quote in feature',
      'features.csv,6,product_id is empty',
      'features.csv,7,misplaced quote in value',
    ]);
  });
});

test('an e-mail address may be missing', async () => {
  const { list } = await load(
    await qaFolder({
      'questions.csv': ['5,1,"A",1598610421169,"n",null,0,4', '6,1,"A",1598610421169,"n",,0,4'],
      'answers.csv': [
        '54,5,"A",1598610421169,"Seller",null,0,4',
        '55,5,"A",1598610421169,"Seller",,0,4',
        '56,5,"A",1598610421169,"Seller","null",0,4',
        '57,5,"A",1598610421169,null,"e@x.com",0,4',
      ],
    }),
  );
  expect(list).toEqual(['answers.csv,5,null where a value is required: answerer_name']);
  expect(await select('select asker_email from qa.question order by 1')).toEqual([[null], [null]]);
  expect(await select('select answerer_email from qa.answer order by answer_id')).toEqual([
    [null],
    [null],
    ['null'],
  ]);
});

test('prices have none, one or two decimals', async () => {
  const { list } = await load(
    await catalogueFolder({
      'product.csv': ['1,"n","s","d","c",194.25'],
      'styles.csv': [
        ...['1,1,"s",19.9,140,1', '2,1,"s",0.00,500000000,0', '3,1,"s",0.5,2147483647.99,0', '4,1,"s",0,0,0'],
        ...[
          '5,1,"s",1.999,1,0',
          '6,1,"s",1.,1,0',
          '7,1,"s",.5,1,0',
          '8,1,"s",null,-1,0',
          '9,1,"s",null,2147483648,0',
        ],
        ...['10,1,"s",null,01.5,0', '11,1,"s",null,$5,0', '12,1,"s",null,1e2,0'],
      ],
    }),
  );
  const [[summary] = []] = await select('select summary::json from catalogue.product');
  expect(summary).toMatchObject({ default_price: '194.25' });
  const prices = (await styles()).map((its: Record<string, unknown>) => [its.sale_price, its.original_price]);
  expect(prices).toEqual([
    ['19.90', '140.00'],
    [null, '500000000.00'],
    ['0.50', '2147483647.99'],
    [null, '0.00'],
  ]);
  const priceReason = 'is not a price from 0 to 2147483647.99 with at most two decimals';
  expect(list).toEqual([
    ...[6, 7, 8].map(line => `styles.csv,${line},sale_price ${priceReason}`),
    ...[9, 10, 11, 12].map(line => `styles.csv,${line},original_price ${priceReason}`),
    'styles.csv,13,original_price is 1e2, as a spreadsheet shortens a large number',
  ]);
});

test('an id above 2,000,000,000 is rejected in any column, and new ids continue after the others', async () => {
  const date = 1598610421169;
  const { list } = await load(
    await fullFolder({
      'product.csv': [product, '2147483647,"n","s","d","c",1', '2000000001,"n","s","d","c",1'],
      'related.csv': ['1,1,2000000001', '2,1,2000000000'],
      'questions.csv': [
        `2000000000,1,"b",${date},"n",null,0,0`,
        `2147483647,1,"b",${date},"n",null,0,0`,
        `3,2147483647,"b",${date},"n",null,0,0`,
      ],
      'answers.csv': [
        `2000000000,2000000000,"b",${date},"n",null,0,0`,
        `2147483647,2000000000,"b",${date},"n",null,0,0`,
      ],
      'answers_photos.csv': ['2147483647,2000000000,"u"', '2000000000,2000000000,"u"'],
    }),
  );
  const above = (position: string, column: string) => `${position},${column} is above 2000000000`;
  expect(list).toEqual([
    above('product.csv,3', 'id'),
    above('product.csv,4', 'id'),
    above('related.csv,2', 'related_product_id'),
    above('questions.csv,3', 'id'),
    above('questions.csv,4', 'product_id'),
    above('answers.csv,3', 'id'),
    above('answers_photos.csv,2', 'id'),
  ]);
  const app = await database.connect('app');
  const { rows } = await app.query(`
    insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
    values (1, 1, 'b', 'n', 'e') returning answer_id, nextval('qa.photo_id')::integer as photo_id`);
  expect(rows).toEqual([{ answer_id: 2_000_000_001, photo_id: 2_000_000_001 }]);
  const question = await app.query(`
    insert into qa.question (product_id, body, asker_name, asker_email) values (1, 'b', 'n', 'e') returning question_id`);
  expect(question.rows).toEqual([{ question_id: 2_000_000_001 }]);
});

describe('columns are found by their names', () => {
  const lines: [string, string][] = [
    ['id, product_id, feature, value', '1,1,"f","v"'],
    ['\uFEFF"id","product_id","feature","value"\r', '1,1,"f","v"\r'],
    ['ID,productId,Feature,VALUE', '1,1,f,v'],
    [' Value ,FEATURE, Product Id,i_d', 'v,f,1,1'],
    ['feature,"product_id",value,id', ' "f" , 1 , "v" , 1 '],
    ['id,product_id,feature,note,value', '1,1,"f","a note, with ""quotes""","v"'],
    ['note,id,product_id,feature,value', ',1,1,"f","v"'],
    ['id,product_id,feature,value,', '1,1,"f","v",'],
    ['id,product_id,feature,value,,,', '1,1,f,v,,,'],
    ['id,created at,product_id,feature,value', '1,null,1,"lost,"v"'],
    ['value,note,feature,id,product_id', '"v","two\nlines","f",1,1'],
  ];

  test.each(lines)('in the header %j', async (header, line) => {
    const folder = await catalogueFolder({ 'product.csv': [product] });
    await write(folder, 'features.csv', `${header}\n${line}`);
    expect((await load(folder)).list).toEqual([]);
    const expected = line.includes('lost') ? 'lost' : 'f';
    expect(await features()).toEqual([{ feature: expected, value: 'v' }]);
  });

  test('in all files with reversed columns and an extra one', async () => {
    const folder = await fullFolder({
      'product.csv': [product],
      'features.csv': ['1,1,"f","v"'],
      'styles.csv': ['7,1,"s",100,140,1'],
      'photos.csv': ['1,7,"u","t"'],
      'skus.csv': ['9,7,"XL",8'],
      'related.csv': ['3,1,9', '2,1,8'],
      'questions.csv': ['2,1,"q",1598610421169,"n","e@x.com",0,4'],
      'answers.csv': ['4,2,"a",1598610421170,"m","e@x.com",0,5'],
      'answers_photos.csv': ['6,4,"u"'],
    });
    const contents = async () => [
      await select('select * from catalogue.product'),
      await select('select * from qa.question'),
      await select('select * from qa.answer'),
    ];
    const first = await load(folder);
    const before = await contents();
    for (const { name } of first.files) {
      const text = await readFile(join(folder, name), 'utf8');
      const reversed = text.split('\n').map(line => [...line.split(',').reverse(), 'more'].join());
      await write(folder, name, reversed.join('\n'));
    }
    const second = await load(folder);
    expect(await contents()).toEqual(before);
    expect(second.files.map(({ imported, rejected }) => [imported, rejected])).toEqual(
      first.files.map(({ imported }) => [imported, 0]),
    );
  });

  test('and the reasons of rejected rows name the columns and ids', async () => {
    const folder = await catalogueFolder({ 'product.csv': [product] });
    await write(
      folder,
      'features.csv',
      'note,value,feature,product_id,id\nn,v,f,9,1\n"n","v",null,1,2\nn,v,f,1,2\nn,v,f,1\n"a\0","v","f",1,3\nn"n,v,f,1,4',
    );
    expect((await load(folder)).list).toEqual([
      'features.csv,2,its product 9 does not exist',
      'features.csv,3,null where a value is required: feature',
      'features.csv,4,id 2 is also on an earlier line',
      'features.csv,5,4 columns where 5 are expected',
      'features.csv,6,note contains a NUL byte',
      'features.csv,7,misplaced quote in note',
    ]);
  });
});

test('products.csv is accepted as product.csv; other files and columns are ignored and named', async () => {
  const folder = await catalogueFolder({ 'product.csv': [product], 'styles.csv': [style] });
  await rename(join(folder, 'product.csv'), join(folder, 'products.csv'));
  await write(folder, 'skus.csv', 'id,styleId,size,quantity,,warehouse\n');
  await write(folder, 'reviews.csv', 'id\n');
  await write(folder, 'READ\u001bME', '');
  const result = await load(folder);
  expect(result.files.map(({ name, imported }) => [name, imported]).slice(0, 3)).toEqual([
    ['products.csv', 1],
    ['features.csv', 0],
    ['styles.csv', 1],
  ]);
  const table = closingTable(result);
  expect(table).toContain('skus.csv: ignored columns: one without a name, "warehouse".\n');
  expect(table).toContain('Ignored files: "READ\\u001bME", "reviews.csv".\n');
});

test('dates before 2000 are accepted and counted, and a date that a spreadsheet shortened is rejected', async () => {
  const [questions] = qaFiles;
  const folder = await qaFolder({
    'questions.csv': [
      '1,1,"b",1598610421,"n",null,0,0',
      '2,1,"b",0,"n",null,0,0',
      '3,1,"b",946684800000,"n",null,0,0',
    ],
  });
  const text = await readFile(join(folder, 'questions.csv'), 'utf8');
  await write(
    folder,
    'questions.csv',
    `${text}\n4,1,"b",1.59861E+12,"n",null,0,0\n5,1,"b","1,6e12","n",null,0,0`,
  );
  expect(text.startsWith(headerOf(questions))).toBe(true);
  const result = await load(folder);
  expect(result.list).toEqual([
    'questions.csv,5,date_written is 1.59861E+12, as a spreadsheet shortens a large number',
    'questions.csv,6,date_written is not a time in milliseconds up to the year 9999',
  ]);
  expect(await select('select question_id from qa.question order by 1')).toEqual([[1], [2], [3]]);
  expect(closingTable(result)).toContain(
    'questions.csv: dates before the year 2000: 2. They may be seconds; milliseconds are expected.\n',
  );
});

test('a long line of blanks is read in linear time', async () => {
  const blanks = ' '.repeat(10_000);
  const begun = performance.now();
  const { list } = await load(
    await catalogueFolder({
      'product.csv': [
        `1,${blanks}a${blanks},${blanks}b${blanks},${blanks}c${blanks},d${blanks},x`,
        `"${blanks},`.repeat(3),
      ],
    }),
  );
  expect(list).toHaveLength(2);
  expect(performance.now() - begun).toBeLessThan(3_000);
});
