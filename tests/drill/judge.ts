import { departureFrom } from '../../app/testing/documented.ts';
import { operations } from '../../app/testing/documented-answer.ts';
import type { Exchange, RawAnswer } from '../support/raw.ts';
import type { Request } from './requests.ts';
import { secretDomain } from './values.ts';

/** The longest that an answer may take, in milliseconds. */
export const maxTime_ms = 2000;

/** What an answer may be whatever was asked: a problem, which is then documented like that of any read. */
const problemsAnywhere = [400, 404, 405, 413, 414, 431];

/** All that is wrong with what came back for a request. */
export function findingsIn(request: Request, { answers, rest, took_ms }: Exchange): string[] {
  const [answer, ...more] = answers;
  if (!answer) return [`no answer but ${JSON.stringify(rest.slice(0, 200))}`];
  return [
    ...(more.length > 0 || rest !== '' ? [`${answers.length} answers to one request, then "${rest}"`] : []),
    ...(took_ms > maxTime_ms ? [`an answer after ${Math.round(took_ms)} ms`] : []),
    ...(answer.status >= 500 ? [`${answer.status}: ${answer.text}`] : []),
    ...undocumented(request, answer),
    ...(isRefusedForNothing(request, answer) ? [`${answer.status} to a good request: ${answer.text}`] : []),
    ...leaks(request, answer),
    ...oddHeaders(answer),
  ];
}

function undocumented({ method, target }: Request, answer: RawAnswer): string[] {
  const { status, headers, text } = answer;
  const operation = operationOf(method, target);
  if (method === 'OPTIONS' && status === 204 && text === '') return [];
  if (method === 'HEAD')
    return operations.get(operation)?.includes(status) ? [] : unlessProblem(answer, false);
  if (operations.has(operation)) {
    const departure = departureFrom(operation, { status, headers, text });
    return departure ? [departure] : [];
  }
  return unlessProblem(answer, true);
}

/** A page may be a number that is allowed and still too deep. */
const isRefusedForNothing = ({ isWellMade }: Request, { status, text }: RawAnswer) =>
  isWellMade && status >= 300 && !text.includes('"page is too deep');

/** Where there is no operation, only a problem may come. */
function unlessProblem({ status, headers, text }: RawAnswer, hasBody: boolean): string[] {
  if (!problemsAnywhere.includes(status)) return [`${status} where the document has nothing`];
  if (!hasBody) return [];
  if (status === 405 && !headers.allow) return ['405 without Allow'];
  const operation = status === 413 ? 'POST /qa/questions' : 'GET /products/{product_id}';
  const departure = departureFrom(operation, { status, headers, text });
  return departure ? [`where there is no operation: ${departure}`] : [];
}

/** The operation of the document that is asked for; a name that it does not have when there is none. */
function operationOf(method: string, target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*/s, '');
  const template = templates.find(({ pattern }) => pattern.test(path));
  return `${method === 'HEAD' ? 'GET' : method} ${template?.path}`;
}

const templates = [...new Set([...operations.keys()].map(operation => operation.split(' ')[1] ?? ''))]
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map(path => ({ path, pattern: new RegExp(`^${path.replaceAll(/{.*?}/g, '[^/]+')}/?$`) }));

/** What an answer tells only when something inside is broken. */
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

/** Lets out no e-mail address ever, and in a problem or a header nothing of the inside. What the request itself holds is an echo. */
function leaks({ text: sent }: Request, { status, rawHeaders, text }: RawAnswer): string[] {
  // An ETag is a hash, in which any letters may come together.
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

/** Headers that are no business of a client's, or that somebody has put there, and those that come twice. */
function oddHeaders({ rawHeaders, headers }: RawAnswer): string[] {
  const names = rawHeaders.map(([name]) => name);
  const odd = names.filter((name, index) => !knownHeaders.has(name) || names.indexOf(name) !== index);
  return [
    ...odd.map(name => `the header ${name}, unknown or twice`),
    ...(/^[0-9a-f.-]{8,64}$/.test(headers['x-request-id'] ?? '') ? [] : ['an answer without X-Request-Id']),
    ...(isElsewhere(headers.location) ? [`a Location elsewhere: ${headers.location}`] : []),
  ];
}

const isElsewhere = (location: string | undefined) =>
  location !== undefined && !/^\/qa\/questions\/[1-9][0-9]*\/answers$/.test(location);
