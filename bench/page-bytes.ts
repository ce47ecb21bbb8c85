import { Agent, get } from 'node:http';
import { lastProduct } from '../app/testing/last-product.ts';
import { localStack } from './local-stack.ts';
import { refuse } from './refuse.ts';
import { randomOf } from './requests.ts';

// Counts the bytes of a product page's four responses, as a browser gets them from the running stack.
const api = process.env.API ? originOf(process.env.API) : localStack();
const samples = 500;
const agent = new Agent({ keepAlive: true });

function originOf(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:') return url.origin;
  return refuse(`API must be an address such as http://localhost:8080, not "${text}".`);
}

function refuseUnreachable(error: Error): never {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return refuse(`${api} does not respond: ${code ?? error.message}. make up starts the stack.`);
}

/** Bytes of a response body on the wire. */
function bytesOf(path: string, encoding: string): Promise<number> {
  return new Promise(resolve => {
    get(`${api}${path}`, { agent, headers: { 'Accept-Encoding': encoding } }, response => {
      if (response.statusCode !== 200) refuse(`GET ${api}${path} returned ${response.statusCode}.`);
      let bytes = 0;
      response.on('data', chunk => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
      response.on('error', refuseUnreachable);
    }).on('error', refuseUnreachable);
  });
}

const random = randomOf(1);
const last = await lastProduct(async id => {
  const { ok } = await fetch(`${api}/products/${id}`).catch(refuseUnreachable);
  return ok;
});
const pages: { compressed: number; uncompressed: number }[] = [];
while (pages.length < samples) {
  const id = 1 + Math.floor(random() * last);
  const paths = ['', '/styles', '/related'].map(rest => `/products/${id}${rest}`);
  const all = [...paths, `/qa/questions?product_id=${id}`];
  const sum = async (encoding: string) =>
    (await Promise.all(all.map(path => bytesOf(path, encoding)))).reduce((a, b) => a + b, 0);
  pages.push({ compressed: await sum('gzip'), uncompressed: await sum('identity') });
}
const at = (kind: 'compressed' | 'uncompressed', part: number) =>
  pages.map(page => page[kind]).sort((a, b) => a - b)[Math.floor((samples - 1) * part)];
console.log(`Bytes of a product page's four responses, over ${samples} random products`);
console.table(
  Object.fromEntries(
    (['compressed', 'uncompressed'] as const).map(kind => [
      kind,
      { median: at(kind, 0.5), p95: at(kind, 0.95), worst: at(kind, 1) },
    ]),
  ),
);
agent.destroy();
