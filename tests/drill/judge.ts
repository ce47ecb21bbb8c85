import { departureFrom } from '../../app/testing/documented.ts';
import { operations } from '../../app/testing/documented-response.ts';
import type { Exchange, RawResponse } from '../support/raw.ts';
import type { Request } from './requests.ts';
import { secretDomain } from './values.ts';

export const maxTime_ms = 2000;

/** Statuses that any request may get. Their problems are documented with every read. */
const problemsAnywhere = [400, 404, 405, 413, 414, 431];

/** Describes all faults of the response to a request. */
export function findingsIn(request: Request, { responses, rest, took_ms }: Exchange): string[] {
  const [response, ...more] = responses;
  if (!response) return [`no response but ${JSON.stringify(rest.slice(0, 200))}`];
  return [
    ...(more.length > 0 || rest !== ''
      ? [`${responses.length} responses to one request, then "${rest}"`]
      : []),
    ...(took_ms > maxTime_ms ? [`a response after ${Math.round(took_ms)} ms`] : []),
    ...(response.status >= 500 ? [`${response.status}: ${response.text}`] : []),
    ...undocumented(request, response),
    ...(isWronglyRefused(request, response)
      ? [`${response.status} to a good request: ${response.text}`]
      : []),
    ...leaks(request, response),
    ...oddHeaders(response),
  ];
}

function undocumented({ method, target }: Request, response: RawResponse): string[] {
  const { status, headers, text } = response;
  const operation = operationOf(method, target);
  if (method === 'OPTIONS' && status === 204 && text === '') return [];
  if (method === 'HEAD')
    return operations.get(operation)?.includes(status) ? [] : unlessProblem(response, false);
  if (operations.has(operation)) {
    const departure = departureFrom(operation, { status, headers, text });
    return departure ? [departure] : [];
  }
  return unlessProblem(response, true);
}

/** The document allows pages that are too deep for the data. */
const isWronglyRefused = ({ isWellMade }: Request, { status, text }: RawResponse) =>
  isWellMade && status >= 300 && !text.includes('"page is too deep');

/** Without an operation, only a problem is allowed. */
function unlessProblem({ status, headers, text }: RawResponse, hasBody: boolean): string[] {
  if (!problemsAnywhere.includes(status)) return [`${status}, which is not documented`];
  if (!hasBody) return [];
  if (status === 405 && !headers.allow) return ['405 without Allow'];
  const operation = status === 413 ? 'POST /qa/questions' : 'GET /products/{product_id}';
  const departure = departureFrom(operation, { status, headers, text });
  return departure ? [`without an operation: ${departure}`] : [];
}

/** The name of the requested operation, whether or not the document has it. */
function operationOf(method: string, target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*/s, '');
  const template = templates.find(({ pattern }) => pattern.test(path));
  return `${method === 'HEAD' ? 'GET' : method} ${template?.path}`;
}

const templates = [...new Set([...operations.keys()].map(operation => operation.split(' ')[1] ?? ''))]
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map(path => ({ path, pattern: new RegExp(`^${path.replaceAll(/{.*?}/g, '[^/]+')}/?$`) }));

/** Internals that only a fault would show. */
const internals = [
  /\bat \S+ \(/,
  /\.[jt]s:[0-9]/,
  /node_modules|node:internal|\/app\/|\/etc\/|\/usr\/|\/var\//,
  /\bnginx\/[0-9]|openresty|<html|<center>/i,
  /express|x-powered-by/i,
  /postgres|\bpg_|\bpg\b|\bSQL|elier_app|\bqa\.|catalogue\./i,
  /syntax error|relation "|column "|constraint|violates|invalid input|byte sequence|null character/i,
  /unexpected token|in JSON at|\bError:|undefined is not|Cannot read|ECONN|ETIMEDOUT|EPIPE/i,
  /\bselect\b.*\bfrom\b|\binsert into\b|\bupdate\b.*\bset\b/i,
  /127\.0\.0\.1|172\.[0-9]+\.|\b10\.[0-9]+\.[0-9]+\./,
];

/** Finds e-mail addresses in a response, and internals in its headers and problems. Text of the request itself is an echo. */
function leaks({ text: sent }: Request, { status, rawHeaders, text }: RawResponse): string[] {
  // An ETag is a hash and may match a pattern by chance.
  const heads = rawHeaders
    .filter(([name]) => name !== 'etag')
    .map(header => header.join(': '))
    .join('\n');
  const shown = status >= 400 ? `${heads}\n${text}` : heads;
  const found = internals
    .flatMap(pattern => [...shown.matchAll(new RegExp(pattern, `g${pattern.flags}`))])
    .map(([leak]) => leak)
    .filter(leak => !sent.includes(leak));
  const emails = text.includes(secretDomain) ? [secretDomain] : [];
  return [...found, ...emails].map(leak => `a leak: ${leak}`);
}

const knownHeaders = new Set([
  ...[
    'date',
    'server',
    'connection',
    'content-type',
    'content-length',
    'transfer-encoding',
    'content-encoding',
  ],
  ...['access-control-allow-origin', 'access-control-expose-headers', 'access-control-allow-methods'],
  ...[
    'access-control-allow-headers',
    'access-control-max-age',
    'keep-alive',
    'x-cache',
    'x-request-id',
    'etag',
  ],
  ...['cache-control', 'vary', 'link', 'location', 'allow', 'retry-after'],
  ...['x-content-type-options', 'content-security-policy'],
]);

/** Finds unknown headers, repeated headers, a missing X-Request-Id and a Location on another site. */
function oddHeaders({ rawHeaders, headers }: RawResponse): string[] {
  const names = rawHeaders.map(([name]) => name);
  const odd = names.filter((name, index) => !knownHeaders.has(name) || names.indexOf(name) !== index);
  return [
    ...odd.map(name => `an unknown or repeated header ${name}`),
    ...(/^[0-9a-f.-]{8,64}$/.test(headers['x-request-id'] ?? '') ? [] : ['a response without X-Request-Id']),
    ...(isElsewhere(headers.location) ? [`a Location on another site: ${headers.location}`] : []),
  ];
}

const isElsewhere = (location: string | undefined) =>
  location !== undefined && !/^\/qa\/questions\/[1-9][0-9]*\/answers$/.test(location);
