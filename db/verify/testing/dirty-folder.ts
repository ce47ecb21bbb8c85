import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fullFolder } from '../../import/testing/data-folder.ts';

/** A folder whose files have lines to repair, lines to reject, and unusual but valid lines. */
export async function dirtyFolder(): Promise<string> {
  const folder = await fullFolder({
    'product.csv': [
      '7,"Öl ""und"" Kreide","a, b","two\n,""lines""","c", 5000000.5',
      '3,bare name,"s","d","c", 0',
      '7,"late","s","d","c",1',
    ],
    'styles.csv': ['20,7,"none",null,500000000,0', '10,7, "zero"\t,0.00,140,1', '11,3,"sale",19.9, 140, 1'],
    'photos.csv': [
      '2,11,http://a/1?b&c,"http://t,1"',
      '4,10,"u2","lost,too',
      '1,10,"u","t"',
      '3,10,"lo,st,"t"',
      '5,12,"orphan","t"',
    ],
    'skus.csv': ['137,10,"XL",4', '136,10,"XL", 8', '136,11,"S",1', '138,10,"M",null'],
    'related.csv': ['8,7,9', '5,7,3', '4,7,0', '6,7,3', '7,7,7', '9,7,2000000001', '2000000001,7,1'],
    'questions.csv': [
      '1, 7 , "first" ,1600000000123, ann ,"ann@example.com",0, 2 ',
      '2,7,"reported",1600000000124,"bob","bob@example.com",1,9',
      '4,7,"more\n\nhelpful",0,"cid", null ,0,5',
    ],
    'answers.csv': [
      '6,1,"useful",1600000000001,"Seller",null,0,3',
      '5,1,"reported",1600000000002,"eve","e@example.com",1,9',
      '8,1,"most useful",1600000000003,"dan",,0,4',
      '9,3,"orphan",1600000000004,"dan","d@example.com",0,0',
    ],
    'answers_photos.csv': ['3,6,"u3"', '1,6,"u1"', '2,9,"orphan"'],
  });
  const features = [
    '"value", Product Id ,FEATURE,note,id,',
    ' null ,7,"UV","a note, of two\r\nlines",9,',
    '"null" , 7, "Lenses" ,,2,',
    '"x",3,"duplicate",,2,',
    '"x",99,"orphan",,4,',
  ];
  await writeFile(join(folder, 'features.csv'), `\ufeff${features.join('\r\n')}\r\n`);
  await rename(join(folder, 'product.csv'), join(folder, 'products.csv'));
  return folder;
}

const none = { photos: [{ thumbnail_url: null, url: null }], skus: { null: { quantity: null, size: null } } };

/** The correct response about that folder; undefined stands for 404. */
export function rightResponse(path: string): unknown {
  if (!/^\/products(\?|$)/.test(path)) return rightResponses[path];
  const { searchParams } = new URL(path, 'http://localhost');
  const page = Number(searchParams.get('page') ?? 1);
  const count = Math.min(Number(searchParams.get('count') ?? 5), 500);
  const list = ['/products/3', '/products/7'].map(product => {
    const { features, ...summary } = rightResponses[product] as { features: unknown };
    return summary;
  });
  return list.slice((page - 1) * count, page * count);
}

/** The correct responses about its products and questions, by path. */
export const rightResponses: Readonly<Record<string, unknown>> = {
  '/products/7': {
    id: 7,
    name: 'Öl "und" Kreide',
    slogan: 'a, b',
    description: 'two\n,"lines"',
    category: 'c',
    default_price: '5000000.50',
    features: [
      { feature: 'Lenses', value: 'null' },
      { feature: 'UV', value: null },
    ],
  },
  '/products/3': {
    id: 3,
    name: 'bare name',
    slogan: 's',
    description: 'd',
    category: 'c',
    default_price: '0.00',
    features: [],
  },
  '/products/7/styles': {
    product_id: '7',
    results: [
      {
        style_id: 10,
        name: 'zero',
        original_price: '140.00',
        sale_price: null,
        'default?': true,
        photos: [
          { thumbnail_url: 't', url: 'u' },
          { thumbnail_url: 't', url: 'lo,st' },
          { thumbnail_url: 'lost,too', url: 'u2' },
        ],
        skus: { 136: { quantity: 8, size: 'XL' }, 137: { quantity: 4, size: 'XL' } },
      },
      {
        style_id: 20,
        name: 'none',
        original_price: '500000000.00',
        sale_price: null,
        'default?': false,
        ...none,
      },
    ],
  },
  '/products/3/styles': {
    product_id: '3',
    results: [
      {
        style_id: 11,
        name: 'sale',
        original_price: '140.00',
        sale_price: '19.90',
        'default?': true,
        photos: [{ thumbnail_url: 'http://t,1', url: 'http://a/1?b&c' }],
        skus: none.skus,
      },
    ],
  },
  '/products/7/related': [9, 3, 3, 7],
  '/products/3/related': [],
  '/qa/questions?product_id=7&count=500': {
    product_id: '7',
    results: [
      {
        question_id: 4,
        question_body: 'more\n\nhelpful',
        question_date: '1970-01-01T00:00:00.000Z',
        asker_name: 'cid',
        question_helpfulness: 5,
        reported: false,
        answers: {},
      },
      {
        question_id: 1,
        question_body: 'first',
        question_date: '2020-09-13T12:26:40.123Z',
        asker_name: 'ann',
        question_helpfulness: 2,
        reported: false,
        answers: {
          6: {
            id: 6,
            body: 'useful',
            date: '2020-09-13T12:26:40.001Z',
            answerer_name: 'Seller',
            helpfulness: 3,
            photos: ['u1', 'u3'],
          },
          8: {
            id: 8,
            body: 'most useful',
            date: '2020-09-13T12:26:40.003Z',
            answerer_name: 'dan',
            helpfulness: 4,
            photos: [],
          },
        },
      },
    ],
  },
  '/qa/questions?product_id=3&count=500': { product_id: '3', results: [] },
  '/qa/questions/1/answers?count=500': {
    question: '1',
    page: 1,
    count: 500,
    results: [
      {
        answer_id: 8,
        body: 'most useful',
        date: '2020-09-13T12:26:40.003Z',
        answerer_name: 'dan',
        helpfulness: 4,
        photos: [],
      },
      {
        answer_id: 6,
        body: 'useful',
        date: '2020-09-13T12:26:40.001Z',
        answerer_name: 'Seller',
        helpfulness: 3,
        photos: [
          { id: 1, url: 'u1' },
          { id: 3, url: 'u3' },
        ],
      },
    ],
  },
  '/qa/questions/4/answers?count=500': { question: '4', page: 1, count: 500, results: [] },
};
