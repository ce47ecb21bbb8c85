import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openapi } from '../../app/openapi/document.ts';

/** A target for load runs that responds as the API does, or as a test configures it. */
export interface FakeTarget {
  readonly url: string;
  /** Every request received, such as "GET /products/1". */
  readonly requests: string[];
  stop(): void;
}

export interface FakeTargetOptions {
  readonly products?: number;
  readonly title?: string;
  /** Delay of responses to the requests of visits. */
  readonly slow_ms?: number;
  /** Responds instead of the API; returns false to leave the request to the API. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const headers = {
  'X-Request-Id': '0'.repeat(32),
  'X-Cache': 'MISS',
  ETag: 'W/"1"',
  Vary: 'Accept-Encoding',
  'Cache-Control': 'public, max-age=60',
  'Content-Type': 'application/json; charset=utf-8',
};
const date = '2026-11-24T10:15:00.000Z';
const question = {
  question_id: 1,
  question_body: 'Why?',
  question_date: date,
  asker_name: 'someone',
  question_helpfulness: 0,
  reported: false,
  answers: {},
};
const answer = { answer_id: 1, body: 'So.', date, answerer_name: 'someone', helpfulness: 0, photos: [] };
const texts = { name: 'Coat', slogan: 'Warm', description: 'A coat.', category: 'Coats' };

export async function startFakeTarget(options: FakeTargetOptions = {}): Promise<FakeTarget> {
  const { products = 1000, title = openapi.info.title, slow_ms = 0, instead = () => false } = options;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (instead(request, response)) return;
    request.resume().on('end', () => {
      const [status, body] = responseTo(request, products, title);
      const location = status === 201 && { Location: '/qa/questions/1/answers' };
      response.writeHead(status, { ...headers, ...location });
      const text = body === undefined ? '' : JSON.stringify(body);
      if (isVisit(request)) setTimeout(() => response.end(text), slow_ms);
      else response.end(text);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const isVisit = ({ url = '' }: IncomingMessage) => /^\/(products\/|qa\/)/.test(url);

function responseTo(
  { method, url = '' }: IncomingMessage,
  products: number,
  title: string,
): [number, unknown] {
  const { pathname, searchParams } = new URL(url, 'http://fake');
  const product = (id: number) => ({ id, ...texts, default_price: '10.00' });
  if (method === 'PUT') return [204, undefined];
  if (method === 'POST') return [201, pathname.endsWith('/answers') ? answer : question];
  if (pathname === '/openapi.json') return [200, { info: { title, version: '1' } }];
  if (pathname === '/health/ready') return [200, { status: 'ok' }];
  if (pathname === '/products') {
    const page = Number(searchParams.get('page'));
    return [200, page <= products ? [product(page)] : []];
  }
  if (pathname === '/qa/questions')
    return [200, { product_id: searchParams.get('product_id'), results: [question] }];
  if (pathname.endsWith('/answers')) return [200, { question: '1', page: 1, count: 5, results: [answer] }];
  if (pathname.endsWith('/related')) return [200, [1]];
  if (pathname.endsWith('/styles')) return [200, { product_id: '1', results: [] }];
  return [200, { ...product(1), features: [] }];
}
