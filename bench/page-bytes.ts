import { Agent, get } from 'node:http';
import { createHistogram, type Histogram } from 'node:perf_hooks';
import { lastProduct } from '../app/testing/traffic/last-product.ts';
import { randomOf } from '../app/testing/traffic/random.ts';
import { pathsOf } from '../app/testing/traffic/requests.ts';
import { localStack } from './local-stack.ts';
import { refuse } from './refuse.ts';

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
const last = await lastProduct(
  async id => (await fetch(`${api}/products/${id}`).catch(refuseUnreachable)).ok,
);
/** Exact up to 200 kB. */
const histogram = () => createHistogram({ figures: 5, highest: 2 ** 24 });
const kinds = [
  { kind: 'compressed', encoding: 'gzip', bytes: histogram() },
  { kind: 'uncompressed', encoding: 'identity', bytes: histogram() },
];
for (let page = 0; page < samples; page++) {
  const paths = pathsOf(1 + Math.floor(random() * last));
  for (const { encoding, bytes } of kinds) {
    const all = await Promise.all(paths.map(path => bytesOf(path, encoding)));
    bytes.record(all.reduce((a, b) => a + b));
  }
}
console.log(`Bytes of a product page's four responses, over ${samples} random products`);
const row = (bytes: Histogram) => ({
  median: bytes.percentile(50),
  p95: bytes.percentile(95),
  worst: bytes.max,
});
console.table(Object.fromEntries(kinds.map(({ kind, bytes }) => [kind, row(bytes)])));
agent.destroy();
