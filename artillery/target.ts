import { openapi } from '../app/openapi/document.ts';
import { documentedBody, Undocumented } from '../app/testing/documented-response.ts';
import { lastProduct } from '../app/testing/traffic/last-product.ts';
import { BadOption } from './bad-option.ts';
import { timeout_ms } from './plan.ts';

/** The API under test, as found before the run. */
export interface Target {
  readonly url: string;
  /** Number of products; their ids are 1 to this number. */
  readonly products: number;
  /** From the OpenAPI document. */
  readonly version: string;
  /** Whether its responses have the header X-Cache. */
  readonly isBehindNginx: boolean;
}

/** The target answered 429. */
export class TooManyRequests extends BadOption {
  /** 0 when Retry-After is missing or not a number of seconds. */
  readonly retryAfter_s: number;

  constructor(message: string, retryAfter_s: number) {
    super(message);
    this.retryAfter_s = retryAfter_s || 0;
  }
}

/** Checks the target. Throws BadOption when it does not respond, is not ready, is another API or has no products. */
export async function findTarget(url: string): Promise<Target> {
  const document = await documentOf(url);
  if (document?.info?.title !== openapi.info.title)
    throw new BadOption(
      `TARGET ${url} is another API: its /openapi.json does not describe ${openapi.info.title}.`,
    );
  const health = await request(url, '/health/ready');
  if (health.status !== 200)
    throw new BadOption(`TARGET ${url} is not ready: /health/ready answers ${health.status}.`);
  return {
    url,
    products: await countProducts(url),
    version: String(document.info.version),
    isBehindNginx: health.headers.has('x-cache'),
  };
}

/**
 * Calls an operation of the OpenAPI document and returns the parsed body. Throws BadOption when the response is an error
 * or violates the document.
 */
export async function call<Body>(url: string, operation: string, path: string, body?: object): Promise<Body> {
  const [method = ''] = operation.split(' ');
  const response = await request(url, path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const refusal = `TARGET ${url} answers ${method} ${path} with ${response.status}.`;
  if (response.status === 429)
    throw new TooManyRequests(refusal, Number(response.headers.get('Retry-After')));
  if (!response.ok) throw new BadOption(refusal);
  try {
    const headers = Object.fromEntries(response.headers);
    return documentedBody(operation, {
      status: response.status,
      headers,
      text: await response.text(),
    }) as Body;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    throw new BadOption(
      `TARGET ${url} violates its OpenAPI document in the response to ${method} ${path}: ${error.message}.`,
    );
  }
}

/** Ids have no gaps: with one product per page, the number of the last page that is not empty is the number of products. */
async function countProducts(url: string): Promise<number> {
  const idOf = async (page: number): Promise<number | undefined> => {
    const [product] = await call<{ id: number }[]>(url, 'GET /products', `/products?page=${page}&count=1`);
    return product?.id;
  };
  const products = await lastProduct(async page => (await idOf(page)) !== undefined);
  if (products === 0) throw new BadOption(`TARGET ${url} has no products.`);
  const last = await idOf(products);
  if (last !== products)
    throw new BadOption(`TARGET ${url} has ${products} products, but the id of the last is ${last}.`);
  return products;
}

async function documentOf(url: string) {
  const response = await request(url, '/openapi.json');
  if (!response.ok)
    throw new BadOption(
      `TARGET ${url} answers /openapi.json with ${response.status}: ${refusalOf(response.status)}.`,
    );
  try {
    return (await response.json()) as { info?: { title?: string; version?: string } };
  } catch {
    throw new BadOption(`TARGET ${url} is another API: its /openapi.json is not JSON.`);
  }
}

function refusalOf(status: number): string {
  if (status === 421) return 'it serves only the hosts in its SERVER_NAMES, and TARGET must use one of them';
  if (status >= 500) return 'it is not ready';
  return 'without its OpenAPI document it cannot be identified';
}

async function request(url: string, path: string, options: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(timeout_ms);
    return await fetch(`${url}${path}`, { redirect: 'error', signal, ...options });
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: NodeJS.ErrnoException };
    const why = cause?.code ?? cause?.message ?? message;
    throw new BadOption(`TARGET ${url} does not respond to ${path}: ${why}.`);
  }
}
