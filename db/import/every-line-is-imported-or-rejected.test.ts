import { readFile, writeFile } from 'node:fs/promises';
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

async function load(folder: string, rejects = join(folder, 'rejects.csv')) {
  const result = await importFrom(folder, database.owner, { rejects });
  return { ...result, list: result.rejects ? await readList(result.rejects) : [] };
}

async function select(sql: string): Promise<unknown[]> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' });
  return rows;
}

const product = (id: number) => `${id},"name","slogan","description","category",140`;

test('the tables of the catalogue match the files', async () => {
  const { files, list, repairs } = await load(
    await catalogueFolder({
      'product.csv': [
        '7,"Öl ""und"" Kreide","a, b","two\nlines \\N \\. \\t","c",5000000',
        '3,bare name,"s","d","c", 0',
      ],
      'features.csv': ['9,7,"UV",null', '2,7,"Lenses","null"', '4,3,"Größe",NULL', '5,3,"x",""'],
      'styles.csv': ['20,7,"none",null,500000000,0', '10,7,"zero",0,140,1', '11,3,"sale",100,140, 1'],
      'photos.csv': ['2,11,http://a/1?b&c,"http://t,1"', '1,10,"u","t"', '3,10,"lost,"t"'],
      'skus.csv': ['135,11,"11", 11', '136,10,"XL",8', '137,10,"XL",4'],
      'related.csv': ['8,7,9', '5,7,3', '6,7,3', '7,7,7', '9,3,2000000000'],
    }),
  );
  expect(list).toEqual([]);
  expect(await readList(repairs ?? '')).toEqual(['photos.csv,4,the missing quote was restored']);
  expect(files.map(({ lines, imported, repaired }) => [lines, imported, repaired])).toEqual([
    [2, 2, 0],
    [4, 4, 0],
    [3, 3, 0],
    [3, 3, 1],
    [3, 3, 0],
    [5, 5, 0],
  ]);
  expect(files[0]?.continuations).toBe(1);
  expect(
    await select(
      'select product_id, position, summary::json, features::json, styles::json, related::json from catalogue.product order by product_id',
    ),
  ).toEqual([
    [
      3,
      1,
      { id: 3, name: 'bare name', slogan: 's', description: 'd', category: 'c', default_price: '0.00' },
      [
        { feature: 'Größe', value: 'NULL' },
        { feature: 'x', value: '' },
      ],
      {
        product_id: '3',
        results: [
          {
            ...{
              style_id: 11,
              name: 'sale',
              original_price: '140.00',
              sale_price: '100.00',
              'default?': true,
            },
            photos: [{ thumbnail_url: 'http://t,1', url: 'http://a/1?b&c' }],
            skus: { 135: { quantity: 11, size: '11' } },
          },
        ],
      },
      [2_000_000_000],
    ],
    [
      7,
      2,
      {
        ...{ id: 7, name: 'Öl "und" Kreide', slogan: 'a, b', description: 'two\nlines \\N \\. \\t' },
        ...{ category: 'c', default_price: '5000000.00' },
      },
      [
        { feature: 'Lenses', value: 'null' },
        { feature: 'UV', value: null },
      ],
      {
        product_id: '7',
        results: [
          {
            ...{ style_id: 10, name: 'zero', original_price: '140.00', sale_price: null, 'default?': true },
            photos: [
              { thumbnail_url: 't', url: 'u' },
              { thumbnail_url: 't', url: 'lost' },
            ],
            skus: { 136: { quantity: 8, size: 'XL' }, 137: { quantity: 4, size: 'XL' } },
          },
          {
            ...{
              style_id: 20,
              name: 'none',
              original_price: '500000000.00',
              sale_price: null,
              'default?': false,
            },
            photos: [{ thumbnail_url: null, url: null }],
            skus: { null: { quantity: null, size: null } },
          },
        ],
      },
      [9, 3, 3, 7],
    ],
  ]);
});

test('questions and answers keep their milliseconds, and new ids continue after the last', async () => {
  const times = [0, 1, 1_598_999_999_999, 1_600_000_000_001, 1_615_161_718_191, 253_402_300_799_999];
  await load(
    await qaFolder({
      'questions.csv': times.map((time, index) => `${index + 1},999,"body",${time},"n","e@x.com",0,${index}`),
      'answers.csv': ['57,6,"body",1600000000123,"Seller","e@x.com",1,3', '12,1,"body",0,"n","e@x.com",0,0'],
      'answers_photos.csv': ['3,57,"u2"', '1,57,"u1"'],
    }),
  );
  const milliseconds = await select(
    'select (extract(epoch from date_written) * 1000)::bigint::text from qa.question order by question_id',
  );
  expect(milliseconds.flat()).toEqual(times.map(String));
  expect(
    await select('select product_id, question_id, answer_id, helpful, reported, user_written from qa.answer'),
  ).toEqual([
    [999, 1, 12, 0, false, false],
    [999, 6, 57, 3, true, false],
  ]);
  expect(await select('select photos from qa.answer order by answer_id')).toEqual([
    [[]],
    [
      [
        { id: 1, url: 'u1' },
        { id: 3, url: 'u2' },
      ],
    ],
  ]);
  expect(await select("select nextval('qa.photo_id')")).toEqual([['4']]);
  const insert = `insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
                  values (999, 6, 'b', 'n', 'e') returning answer_id`;
  expect(await select(insert)).toEqual([[58]]);
  await client.query('delete from qa.answer where answer_id = 58');
});

describe('rejected lines', () => {
  const utf8 = (bytes: number[]) =>
    Buffer.concat([Buffer.from('8,"'), Buffer.from(bytes), Buffer.from('","s","d","c",1\n')]);

  test('are listed with file, line and reason, and no other line is lost', async () => {
    const folder = await fullFolder({
      'product.csv': [
        product(1),
        product(2),
        product(1),
        '0,"n","s","d","c",1',
        '3,"n","s","d","c",-1',
        product(3),
        'junk',
        '',
        product(4),
      ],
      'features.csv': [
        '1,1,"f","v"',
        '2,9,"f","v"',
        '2,1,"f","v"',
        '3,3,"f","v"',
        '4,1,null,"v"',
        '5,1,"f"',
        '2147483648,1,"f","v"',
      ],
      'styles.csv': [
        '1,1,"s",null,1,1',
        '2,1,"s",null,null,1',
        '3,1,"s",1,2,2',
        '4,9,"s",1,2,0',
        '5,1,"s",2147483648,1,0',
      ],
      'photos.csv': ['1,1,"u","t"', '2,4,"u","t"', '3,1,"u"x,"t"'],
      'skus.csv': [
        '1,1,"S",1',
        '2,2,"S",1',
        '3,1,"S",1.5',
        '4,1,"S","5"',
        '5,1,"a\0b",1',
        '6,1,"S",+1',
        '3,1,"S",1',
        '1,1,"S",1',
      ],
      'related.csv': ['1,1,0', '2,1,99', '3,99,1', '3,1,2', '4,01,2'],
      'questions.csv': [
        '1,1,"b",253402300800000,"n","e@x.com",0,0',
        '2,1,"b",1.5,"n","e@x.com",0,0',
        '3,999,"b",1,"n","e@x.com",0,0',
      ],
      'answers.csv': [
        '1,3,"b",1,"n","e@x.com",0,0',
        '2,1,"b",1,"n","e@x.com",0,0',
        '3,3,"b",1,"n","someone@example.com",0,null',
      ],
      'answers_photos.csv': ['1,1,"u"', '2,2,"u"', '3,1,""', '4,1,'],
    });
    const products = await readFile(join(folder, 'product.csv'));
    const invalid = [[0xc3], [0xed, 0xa0, 0x80], [0xff]].map(utf8);
    await writeFile(join(folder, 'product.csv'), Buffer.concat([products, Buffer.from('\n'), ...invalid]));

    const result = await load(folder);
    expect(result.list).toEqual([
      'product.csv,4,id 1 is also on an earlier line',
      'product.csv,5,id is 0',
      'product.csv,6,default_price is not a price from 0 to 2147483647.99 with at most two decimals',
      'product.csv,7,id 3 is also on an earlier line',
      'product.csv,8,1 column where 6 are expected',
      'product.csv,9,empty line',
      'product.csv,11,name is not valid UTF-8',
      'product.csv,12,name is not valid UTF-8',
      'product.csv,13,name is not valid UTF-8',
      'features.csv,3,its product 9 does not exist',
      'features.csv,4,id 2 is also on an earlier line',
      'features.csv,5,its product 3 does not exist',
      'features.csv,6,null where a value is required: feature',
      'features.csv,7,3 columns where 4 are expected',
      'features.csv,8,id is above 2000000000',
      'styles.csv,3,null where a value is required: original_price',
      'styles.csv,4,default_style is not 0 or 1',
      'styles.csv,5,its product 9 does not exist',
      'styles.csv,6,sale_price is not a price from 0 to 2147483647.99 with at most two decimals',
      'photos.csv,3,its style 4 does not exist',
      'photos.csv,4,misplaced quote in url',
      'skus.csv,3,its style 2 does not exist',
      'skus.csv,4,quantity is not a whole number from 0 to 2147483647',
      'skus.csv,5,quantity is not a whole number from 0 to 2147483647',
      'skus.csv,6,size contains a NUL byte',
      'skus.csv,7,quantity is not a whole number from 0 to 2147483647',
      'skus.csv,8,id 3 is also on an earlier line',
      'skus.csv,9,id 1 is also on an earlier line',
      'related.csv,2,related_product_id is 0',
      'related.csv,4,its product 99 does not exist',
      'related.csv,5,id 3 is also on an earlier line',
      'related.csv,6,current_product_id is not an id from 1 to 2000000000',
      'questions.csv,2,date_written is not a time in milliseconds up to the year 9999',
      'questions.csv,3,date_written is not a time in milliseconds up to the year 9999',
      'answers.csv,3,its question 1 does not exist',
      'answers.csv,4,null where a value is required: helpful',
      'answers_photos.csv,3,its answer 2 does not exist',
      'answers_photos.csv,5,url is empty',
    ]);
    for (const { lines, imported, rejected } of result.files) expect(lines).toBe(imported + rejected);
    const counts = result.files.map(({ imported }) => imported);
    expect(counts).toEqual([3, 1, 1, 1, 1, 1, 1, 1, 2]);
    const list = await readFile(result.rejects ?? '', 'utf8');
    expect(list).toContain('(e-mail)');
    expect(list).not.toContain('example.com');
    expect(closingTable(result)).toMatch(/^total +50 +12 +0 +38$/m);
  });

  test('give no list when there are none, and an old list is removed', async () => {
    const folder = await catalogueFolder({ 'product.csv': [product(1)] });
    const list = join(folder, 'new', 'rejects.csv');
    await writeFile(join(folder, 'product.csv'), `${await readFile(join(folder, 'product.csv'))}\njunk`);
    expect((await load(folder, list)).rejects).toBe(list);
    await writeFile(
      join(folder, 'product.csv'),
      `id,name,slogan,description,category,default_price\n${product(1)}`,
    );
    expect((await load(folder, list)).rejects).toBeUndefined();
    await expect(readFile(list)).rejects.toThrow('ENOENT');
  });
});

test('a product has at most 1 MiB of rows, and the others are rejected', async () => {
  const large = (id: number) => `${id},1,"${'x'.repeat(1000)}",1`;
  const { files, list } = await load(
    await catalogueFolder({
      'product.csv': [product(1), product(2)],
      'styles.csv': ['1,1,"s",null,1,1', '2,2,"s",null,1,1'],
      'skus.csv': [...Array.from({ length: 1_100 }, (_, index) => large(index + 1)), '2000,2,"XL",1'],
    }),
  );
  expect(files[4]).toMatchObject({ lines: 1_101, imported: 1_038 + 1, rejected: 62 });
  expect(new Set(list.map(line => line.replace(/,\d+,/, ',')))).toEqual(
    new Set(['skus.csv,its product has too many rows']),
  );
});

test('rows of a missing parent do not count for a product', async () => {
  const other = 2 ** 20 + 1; // shares the counter of product 1
  const large = (id: number, parent: number) => `${id},${parent},"${'x'.repeat(1000)}",1`;
  const { files, list } = await load(
    await catalogueFolder({
      'product.csv': [product(1)],
      'features.csv': Array.from({ length: 1_100 }, (_, index) => large(index + 1, other)),
      'styles.csv': ['1,1,"s",null,1,1'],
      'skus.csv': Array.from({ length: 1_100 }, (_, index) => large(index + 1, 9)),
      'related.csv': ['1,1,1'],
    }),
  );
  expect(files.map(({ imported }) => imported)).toEqual([1, 0, 1, 0, 0, 1]);
  expect(new Set(list.map(line => line.replace(/,\d+,/, ',')))).toEqual(
    new Set([`features.csv,its product ${other} does not exist`, 'skus.csv,its style 9 does not exist']),
  );
});

test('texts that look like keys are not counted as rows', async () => {
  const odd = '""size"":"" \\""style_id"": ""thumbnail_url"":""';
  const { files } = await load(
    await catalogueFolder({
      'product.csv': [`1,"${odd}","s","d","c",1`],
      'features.csv': [`1,1,"${odd}","${odd}"`],
      'styles.csv': [`1,1,"${odd}",null,1,1`],
      'photos.csv': [`1,1,"${odd}","${odd}"`],
      'skus.csv': [`1,1,"${odd}",1`],
    }),
  );
  expect(files.map(({ imported }) => imported)).toEqual([1, 1, 1, 1, 1, 0]);
});

test('an import whose tables do not match its counts is not served', async () => {
  await client.query(`
    create function lose_rows() returns event_trigger language plpgsql as 'begin delete from catalogue_next.product; end';
    create event trigger loss on ddl_command_end when tag in ('CREATE INDEX') execute function lose_rows()`);
  const folder = await catalogueFolder({ 'product.csv': [product(1)], 'features.csv': ['1,1,"f","v"'] });
  await expect(load(folder)).rejects.toThrow(
    'product.csv does not add up: 1 lines, 0 rejected, 0 rows in the tables; the served data',
  );
  await client.query('drop event trigger loss');
});

test('CRLF, a byte-order mark and a final newline change nothing', async () => {
  const folder = await qaFolder({});
  const [questions] = qaFiles;
  const lines = [
    headerOf(questions),
    '5,1,"a\r\nb",1,"n","e@x.com",0,0',
    '6,1,bare,1,"n","e@x.com",0, 7',
    '',
  ];
  await writeFile(join(folder, 'questions.csv'), `\uFEFF${lines.join('\r\n')}`);
  expect((await load(folder)).list).toEqual([]);
  expect(await select('select body, helpful from qa.question order by question_id')).toEqual([
    ['a\r\nb', 0],
    ['bare', 7],
  ]);
});
