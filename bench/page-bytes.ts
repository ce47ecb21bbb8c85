import { Agent, get } from 'node:http';
import { localStack } from './local-stack.ts';
import { refuse } from './refuse.ts';
import { randomOf } from './requests.ts';

// How many bytes the four answers of a product page have, as a browser gets them from the running stack.
const api = process.env.API ? given(process.env.API) : localStack();
const samples = 500;
const agent = new Agent({ keepAlive: true });

function given(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:') return url.origin;
  return refuse(`API must be an address such as http://localhost:8080, not "${text}".`);
}

function refuseSilent(error: Error): never {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return refuse(`${api} does not answer: ${code ?? error.message}. make up starts the stack.`);
}

/** Bytes of an answer's body on the wire, compressed or not. */
function bytesOf(path: string, encoding: string): Promise<number> {
  return new Promise(resolve => {
    get(`${api}${path}`, { agent, headers: { 'Accept-Encoding': encoding } }, incoming => {
      if (incoming.statusCode !== 200) refuse(`${api} answers ${path} with ${incoming.statusCode}.`);
      let bytes = 0;
      incoming.on('data', chunk => {
        bytes += chunk.length;
      });
      incoming.on('end', () => resolve(bytes));
      incoming.on('error', refuseSilent);
    }).on('error', refuseSilent);
  });
}

/** Products have the ids from 1 to the last. */
async function lastProduct(): Promise<number> {
  let [known, beyond] = [1, 2 ** 31];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    const { ok } = await fetch(`${api}/products/${middle}`).catch(refuseSilent);
    if (ok) known = middle;
    else beyond = middle;
  }
  return known;
}

const random = randomOf(1);
const last = await lastProduct();
const pages: { compressed: number; plain: number }[] = [];
while (pages.length < samples) {
  const id = 1 + Math.floor(random() * last);
  const paths = ['', '/styles', '/related'].map(rest => `/products/${id}${rest}`);
  const all = [...paths, `/qa/questions?product_id=${id}`];
  const sum = async (encoding: string) =>
    (await Promise.all(all.map(path => bytesOf(path, encoding)))).reduce((a, b) => a + b, 0);
  pages.push({ compressed: await sum('gzip'), plain: await sum('identity') });
}
const at = (kind: 'compressed' | 'plain', part: number) =>
  pages.map(page => page[kind]).sort((a, b) => a - b)[Math.floor((samples - 1) * part)];
console.log(`A product page's four answers, bytes of ${samples} random products`);
console.table(
  Object.fromEntries(
    (['compressed', 'plain'] as const).map(kind => [
      kind,
      { median: at(kind, 0.5), p95: at(kind, 0.95), worst: at(kind, 1) },
    ]),
  ),
);
agent.destroy();
