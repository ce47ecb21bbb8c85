import { openapi } from '../app/openapi/document.ts';
import { documentedBody, Undocumented } from '../app/testing/documented-answer.ts';
import { BadOption } from './bad-option.ts';
import { timeout_ms } from './plan.ts';

/** What there is at the target. */
export interface Target {
  readonly url: string;
  /** How many products it has. Their ids are 1 to this. */
  readonly products: number;
  /** Of the API, as its OpenAPI document says it. */
  readonly version: string;
  /** Whether there is a cache in front that says so. */
  readonly isBehindNginx: boolean;
}

/** The target refuses a write that would be welcome later. */
export class TooFast extends BadOption {
  /** 0 when the target does not say it in seconds. */
  readonly retryAfter_s: number;

  constructor(message: string, retryAfter_s: number) {
    super(message);
    this.retryAfter_s = retryAfter_s || 0;
  }
}

/** More products than an id can have would need more steps. */
const mostProducts = 2 ** 31 - 1;

/** Asks the target what it is. Throws BadOption when it is away, cannot serve, is another API or has no products. */
export async function findTarget(url: string): Promise<Target> {
  const document = await documentOf(url);
  if (document?.info?.title !== openapi.info.title)
    throw new BadOption(
      `TARGET ${url} is another API: its /openapi.json is not that of ${openapi.info.title}.`,
    );
  const health = await ask(url, '/health/ready');
  if (health.status !== 200)
    throw new BadOption(`TARGET ${url} cannot serve now: its /health/ready answers with ${health.status}.`);
  return {
    url,
    products: await countProducts(url),
    version: String(document.info.version),
    isBehindNginx: health.headers.has('x-cache'),
  };
}

/**
 * One write or read of an operation of the document; its body as JSON. Throws BadOption when the answer is not as the
 * document says, or is no success.
 */
export async function call<Body>(url: string, operation: string, path: string, body?: object): Promise<Body> {
  const [method = ''] = operation.split(' ');
  const answer = await ask(url, path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const refusal = `TARGET ${url} answers ${method} ${path} with ${answer.status}.`;
  if (answer.status === 429) throw new TooFast(refusal, Number(answer.headers.get('Retry-After')));
  if (!answer.ok) throw new BadOption(refusal);
  try {
    const headers = Object.fromEntries(answer.headers);
    return documentedBody(operation, { status: answer.status, headers, text: await answer.text() }) as Body;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    throw new BadOption(`TARGET ${url} answers ${method} ${path} not as documented: ${error.message}.`);
  }
}

/** Products have ids without gaps, and pages of one: the last page that is not empty is that of the last product. */
async function countProducts(url: string): Promise<number> {
  const idOf = async (page: number): Promise<number | undefined> => {
    const [product] = await call<{ id: number }[]>(url, 'GET /products', `/products?page=${page}&count=1`);
    return product?.id;
  };
  let low = 0;
  let high = 1;
  while (high < mostProducts && (await idOf(high)) !== undefined) {
    low = high;
    high = Math.min(high * 2, mostProducts);
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await idOf(middle)) === undefined) high = middle;
    else low = middle;
  }
  if (low === 0) throw new BadOption(`TARGET ${url} has no products.`);
  const last = await idOf(low);
  if (last !== low)
    throw new BadOption(`TARGET ${url} has ${low} products, but the last has the id ${last}.`);
  return low;
}

async function documentOf(url: string) {
  const answer = await ask(url, '/openapi.json');
  if (!answer.ok)
    throw new BadOption(
      `TARGET ${url} answers /openapi.json with ${answer.status}: ${refusalOf(answer.status)}.`,
    );
  try {
    return (await answer.json()) as { info?: { title?: string; version?: string } };
  } catch {
    throw new BadOption(`TARGET ${url} is another API: its /openapi.json is not JSON.`);
  }
}

function refusalOf(status: number): string {
  if (status === 421) return 'it serves only the hosts of its SERVER_NAMES, and TARGET must be one of them';
  if (status >= 500) return 'it cannot serve now';
  return 'without that document it cannot be told from another API';
}

async function ask(url: string, path: string, options: RequestInit = {}): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(timeout_ms);
    return await fetch(`${url}${path}`, { redirect: 'error', signal, ...options });
  } catch (error) {
    const { message, cause } = error as { message: string; cause?: NodeJS.ErrnoException };
    const why = cause?.code ?? cause?.message ?? message;
    throw new BadOption(`TARGET ${url} does not answer ${path}: ${why}.`);
  }
}
