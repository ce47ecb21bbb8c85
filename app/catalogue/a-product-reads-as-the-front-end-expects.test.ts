import { startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const get = async (path: string) => {
  const { status, json } = await service.call(path);
  expect(status).toBe(200);
  return json;
};

describe('GET /products', () => {
  it('lists products by id, five a page, each key in its order', async () => {
    const products = await get('/products');
    expect(products.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.stringify(products[0])).toBe(
      '{"id":1,"name":"Camouflage Suit","slogan":"Never seen, always noticed",' +
        '"description":"A one-piece, with \\"quotes\\", commas","category":"Jackets","default_price":"140.00"}',
    );
  });

  it('gives the page and the count that are asked for, and nothing past the end', async () => {
    const ids = async (query: string) =>
      (await get(`/products?${query}`)).map(({ id }: { id: number }) => id);
    expect(await ids('page=2&count=2')).toEqual([3, 4]);
    expect(await ids('page=2')).toEqual([6]);
    expect(await ids('count=100')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await ids('page=3')).toEqual([]);
    expect(await ids('page=429496730&count=5')).toEqual([]);
  });

  it.each([
    'page=undefined&count=undefined',
    'page=null&count=null',
    'page=&count=',
    '&page=1',
    'colour=red&PAGE=2',
  ])('takes %s for the first page of five', async query => {
    expect(await get(`/products?${query}`)).toEqual(await get('/products'));
  });

  it('links to the pages beside it', async () => {
    const link = async (path: string) => (await service.call(path)).headers.link;
    expect(await link('/products')).toBe('</products?page=2&count=5>; rel="next"');
    expect(await link('/products?page=2&count=2')).toBe(
      '</products?page=3&count=2>; rel="next", </products?page=1&count=2>; rel="prev"',
    );
    expect(await link('/products?page=2')).toBe('</products?page=1&count=5>; rel="prev"');
    expect(await link('/products?count=100')).toBeUndefined();
  });
});

describe('GET /products/:product_id', () => {
  it('adds the features in id order', async () => {
    const product = await get('/products/1');
    expect(Object.keys(product)).toEqual([
      'id',
      'name',
      'slogan',
      'description',
      'category',
      'default_price',
      'features',
    ]);
    expect(JSON.stringify(product.features)).toBe(
      '[{"feature":"Fabric","value":"Canvas"},{"feature":"Buttons","value":"Brass"}]',
    );
  });

  it('tells a value that is null from the text "null", and has an empty list for none', async () => {
    expect((await get('/products/2')).features).toEqual([
      { feature: 'UV Protection', value: null },
      { feature: 'Frame', value: 'null' },
    ]);
    expect((await get('/products/3')).features).toEqual([]);
  });

  it('gives text back as it was stored', async () => {
    const { name, slogan, description, default_price } = await get('/products/6');
    expect({ name, slogan, description, default_price }).toEqual({
      name: 'حذاء 👟',
      slogan: 'naïve \\ "back\\\\slash"',
      description: 'two\nlines\tand a tab',
      default_price: '0.00',
    });
  });
});

describe('GET /products/:product_id/styles', () => {
  it('has every key in its order, styles, photos and skus by id', async () => {
    const { text } = await service.call('/products/3/styles');
    expect(text.replaceAll(/\s*([{}[\]:,])\s*(?=["{}[\]0-9]|null|true|$)/g, '$1')).toBe(
      '{"product_id":"3","results":[{"style_id":9,"name":"Grey","original_price":"40.00","sale_price":"35.00",' +
        '"default?":true,"photos":[{"thumbnail_url":"https://images.example/4s","url":"https://images.example/4"}],' +
        '"skus":{"14":{"quantity":3,"size":"S"}}}]}',
    );
    const { results } = await get('/products/1/styles');
    expect(results.map(({ style_id }: { style_id: number }) => style_id)).toEqual([1, 2, 3]);
    expect(results[0].photos.map(({ url }: { url: string }) => url)).toEqual([
      'https://images.example/1',
      'https://images.example/2?a=1&b=2',
    ]);
  });

  it('keeps two skus of one size, and sizes as text', async () => {
    const { results } = await get('/products/1/styles');
    expect(results[0].skus).toEqual({
      1: { quantity: 8, size: 'XS' },
      5: { quantity: 15, size: 'XL' },
      6: { quantity: 4, size: 'XL' },
    });
    expect(results[1].skus).toEqual({ 12: { quantity: 0, size: '7.5' }, 13: { quantity: 11, size: '11' } });
  });

  it('has two decimals in prices of any size, and null where there is no sale', async () => {
    const { results } = await get('/products/1/styles');
    expect(results.map((style: any) => [style.original_price, style.sale_price])).toEqual([
      ['140.00', null],
      ['140.00', '100.00'],
      ['500000000.00', null],
    ]);
  });

  it('may have no default style', async () => {
    const { results } = await get('/products/1/styles');
    expect(results.map((style: any) => style['default?'])).toEqual([false, false, false]);
  });

  it('has the odd empty cases that clients rely on', async () => {
    const { results } = await get('/products/2/styles');
    expect(results.map((style: any) => style.style_id)).toEqual([7, 8]);
    expect(results[0].photos).toEqual([{ thumbnail_url: null, url: null }]);
    expect(results[0].skus).toEqual({ null: { quantity: null, size: null } });
    expect(await get('/products/4/styles')).toEqual({ product_id: '4', results: [] });
  });
});

describe('GET /products/:product_id/related', () => {
  it('lists ids in the order of the file, with duplicates, itself and what is not there', async () => {
    expect(await get('/products/1/related')).toEqual([2, 3, 999]);
    expect(await get('/products/3/related')).toEqual([4, 4, 3, 1]);
  });

  it('is empty for none', async () => {
    expect(await get('/products/5/related')).toEqual([]);
  });
});
