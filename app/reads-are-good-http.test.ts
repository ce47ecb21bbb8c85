import { generationsOf, startTestService, type TestService } from './testing/service.ts';
import { conditionalReads, preflightNames } from './testing/traffic/front-end-requests.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const catalogue = ['/products', '/products/1', '/products/1/styles', '/products/1/related'];
const questions = ['/qa/questions?product_id=1', '/qa/questions/1/answers'];

describe.each([...catalogue, ...questions])('%s', path => {
  it('says how long it may be kept, and by whom', async () => {
    const { headers } = await service.call(path);
    expect(headers['cache-control']).toBe(
      catalogue.includes(path) ? 'public, max-age=60' : 'public, max-age=0, must-revalidate',
    );
    expect(headers.vary).toBe('Accept-Encoding');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('answers 304 to the ETag it gave, and the whole to another', async () => {
    const { headers, text } = await service.call(path);
    const again = await service.call(path, { headers: { 'If-None-Match': headers.etag ?? '' } });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', headers.etag]);
    expect((await service.call(path, { headers: { 'If-None-Match': '"another"' } })).text).toBe(text);
  });

  it('answers HEAD like GET, without the body', async () => {
    const get = await service.call(path);
    const head = await service.call(path, { method: 'HEAD' });
    const { date, 'x-request-id': id, ...headers } = get.headers;
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject(headers);
  });

  it('is compressed, when it is worth it, for who accepts that', async () => {
    const { text } = await service.call(path);
    const encodingFor = async (accepted: string) => {
      const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
        headers: { 'Accept-Encoding': accepted },
      });
      expect(await response.text()).toBe(text);
      return response.headers.get('content-encoding');
    };
    expect(await encodingFor('gzip')).toBe(text.length < 512 ? null : 'gzip');
    expect(await encodingFor('br, gzip;q=0.5')).toBe(text.length < 512 ? null : 'gzip');
    expect(await encodingFor('gzip;q=0, br')).toBe(null);
    expect(await encodingFor('identity')).toBe(null);
  });

  it('takes one trailing slash', async () => {
    const [route, query = ''] = path.split('?');
    const { status, text } = await service.call(`${route}/?${query}`);
    expect([status, text]).toEqual([200, (await service.call(path)).text]);
    expect((await service.call(`${route}//?${query}`)).status).toBe(404);
  });

  it('ignores an Authorization header, and what a client pretends to be', async () => {
    const headers = {
      Authorization: 'token',
      'X-HTTP-Method-Override': 'DELETE',
      'X-Original-URL': '/metrics',
    };
    expect((await service.call(path, { headers })).text).toBe((await service.call(path)).text);
  });

  it('may be read by a page of any origin', async () => {
    const { headers } = await service.call(path, { headers: { Origin: 'https://shop.example' } });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toBe(
      'Link, ETag, Location, Retry-After, X-Request-Id, X-Cache',
    );
  });

  it('answers a preflight', async () => {
    for (const names of preflightNames) {
      const { status, text, headers } = await service.call(path, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://shop.example',
          'Access-Control-Request-Method': 'PUT',
          'Access-Control-Request-Headers': names,
        },
      });
      expect([status, text]).toEqual([204, '']);
      expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT');
      expect(headers['access-control-allow-headers']).toBe(names);
    }
  });

  it('does not echo in a preflight what is no list of header names, or is over 1 KiB', async () => {
    for (const names of ['a b', 'a,,b', 'a;b', 'a\u00e4', 'x'.repeat(1025)]) {
      const { status, headers } = await service.call(path, {
        method: 'OPTIONS',
        headers: { Origin: 'https://shop.example', 'Access-Control-Request-Headers': names },
      });
      expect([names, status, headers['access-control-allow-headers']]).toEqual([names, 204, undefined]);
    }
  });

  it('judges conditions as RFC 9110 does', async () => {
    const { headers } = await service.call(path);
    for (const { headers: conditions, status } of conditionalReads(headers.etag ?? '')) {
      const response = await service.call(path, { headers: conditions });
      expect([conditions, response.status]).toEqual([conditions, status]);
    }
  });

  it('names each response, with the id that Nginx made or its own', async () => {
    const own = async () => (await service.call(path)).headers['x-request-id'];
    expect(await own()).toMatch(/^[0-9a-f]{32}$/);
    expect(await own()).not.toBe(await own());
    const idFor = async (id: string) =>
      (await service.call(path, { headers: { 'X-Request-Id': id } })).headers['x-request-id'];
    expect(await idFor('30-1234-5-1764028800.123')).toBe('30-1234-5-1764028800.123');
    expect(await idFor('mine')).toMatch(/^[0-9a-f]{32}$/);
  });
});

it('lets Nginx keep the catalogue under its name, and questions and answers under a generation', async () => {
  const kept = async (path: string, headers = {}) =>
    (await service.call(path, { headers })).headers['x-accel-expires'];
  const [name, generation] = await generationsOf(service);
  for (const path of [...catalogue, ...questions]) {
    const own = catalogue.includes(path) ? name : generation;
    expect(await kept(path)).toBeUndefined();
    expect(await kept(path, { 'X-Generation': own })).toBe('31536000');
    for (const other of [`${own}; x`, '17', catalogue.includes(path) ? generation : name])
      expect(await kept(path, { 'X-Generation': other })).toBeUndefined();
  }
});

it('leaves If-None-Match to Nginx when Nginx keeps the response', async () => {
  const path = '/qa/questions?product_id=1';
  const { etag = '' } = (await service.call(path)).headers;
  const status = async (headers = {}) =>
    (await service.call(path, { headers: { 'If-None-Match': etag, ...headers } })).status;
  expect(await status()).toBe(304);
  const [, generation] = await generationsOf(service);
  expect(await status({ 'X-Generation': generation })).toBe(200);
});

it('keeps questions and answers under their generation, and reads afresh without one', async () => {
  const votes = async (headers = {}) =>
    (await service.call('/qa/questions?product_id=2', { headers })).json.results[0].question_helpfulness;
  expect(await votes({ 'X-Generation': '1' })).toBe(0);
  await service.call('/qa/questions/8/helpful', { method: 'PUT' });
  expect(await votes({ 'X-Generation': '1' })).toBe(0);
  expect(await votes({ 'X-Generation': '2' })).toBe(1);
  expect(await votes()).toBe(1);
});

it('tells 405 with the methods that are possible', async () => {
  const allow = async (method: string, path: string) => {
    const { status, headers } = await service.call(path, { method });
    return [status, headers.allow];
  };
  expect(await allow('POST', '/products')).toEqual([405, 'GET, HEAD, OPTIONS']);
  expect(await allow('DELETE', '/qa/questions/1/answers')).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
  expect(await allow('GET', '/qa/questions/1/helpful')).toEqual([405, 'PUT, OPTIONS']);
});
