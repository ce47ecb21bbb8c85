import { maxCount, maxInteger } from '../parameters.ts';

/** Pieces that the OpenAPI document is put together from. */

export const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });
const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
const response = (name: string) => ({ $ref: `#/components/responses/${name}` });

/** An object with all of these properties, in this order, and no other. */
export const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
export const array = (items: unknown) => ({ type: 'array', items });
export const id = { type: 'integer', minimum: 1, maximum: maxInteger };
/** The count of a page, as it was applied. */
export const appliedCount = { type: 'integer', minimum: 0, maximum: maxCount };
export const text = { type: 'string' };
export const price = { type: 'string', pattern: '^[0-9]+\\.[0-9]{2}$' };

const everywhere = { 'X-Request-Id': header('X-Request-Id') };

/** A read: its 200 with `body` as JSON, 304, and the errors of any read. */
export function read(summary: string, parameters: readonly string[], body: unknown, { isPage = false } = {}) {
  return {
    summary,
    parameters: [...parameters, ...(isPage ? ['page', 'count'] : [])].map(parameter),
    responses: {
      200: {
        description: 'The page or the object.',
        headers: {
          ...everywhere,
          ETag: header('ETag'),
          'Cache-Control': header('Cache-Control'),
          Vary: header('Vary'),
          ...(isPage && { Link: header('Link') }),
        },
        content: { 'application/json': { schema: body } },
      },
      404: response('NotFound'),
      ...conditional,
      ...problems,
    },
  };
}

/** The responses to conditions on the ETag. */
export const conditional = {
  304: { description: 'The copy of the client is still right.' },
  412: response('PreconditionFailed'),
};

/** The errors of any request. */
export const problems = {
  400: response('BadRequest'),
  405: response('MethodNotAllowed'),
  413: response('BodyTooLarge'),
  414: response('UrlTooLong'),
  421: response('UnknownHost'),
  429: response('TooMany'),
  431: response('HeadersTooLarge'),
  500: response('Failed'),
  503: response('Unavailable'),
};

/** A POST that adds an element to a list. */
export function add(summary: string, parameters: readonly string[], body: unknown, created: unknown) {
  return {
    summary,
    parameters: [...parameters, 'idempotency_key'].map(parameter),
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
    responses: {
      201: {
        description: 'Added, as its list shows it.',
        headers: { ...everywhere, Location: header('Location') },
        content: { 'application/json': { schema: created } },
      },
      404: response('NotFound'),
      415: response('NotJson'),
      422: response('RuleBroken'),
      ...problems,
    },
  };
}

/** A PUT, whose response has no body. */
export function change(summary: string, parameters: readonly string[]) {
  return {
    summary,
    parameters: [...parameters, 'idempotency_key'].map(parameter),
    responses: {
      204: { description: 'Done.', headers: everywhere },
      404: response('NotFound'),
      422: response('KeyUsed'),
      ...problems,
    },
  };
}

const inPath = (name: string) => ({ name, in: 'path', required: true, schema: id });
const absent = ['', 'undefined', 'null'];
const inQuery = (name: string, schema: object, more = '') => ({
  name,
  in: 'query',
  description: `The empty string, \`undefined\` and \`null\` count as absent.${more}`,
  schema: { anyOf: [schema, { enum: absent }] },
});

const parameters = {
  product_id: inPath('product_id'),
  question_id: inPath('question_id'),
  answer_id: inPath('answer_id'),
  of_product: { name: 'product_id', in: 'query', required: true, schema: id },
  idempotency_key: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A write that is repeated with its key within 24 hours counts once, and is answered as it was the first time.',
    schema: { type: 'string', maxLength: 255, pattern: '^[ -~]*$' },
  },
  page: inQuery('page', { ...id, default: 1 }),
  count: inQuery(
    'count',
    { type: 'integer', minimum: 0, default: 5 },
    ` More than ${maxCount} count as ${maxCount}.`,
  ),
};

const textHeader = (description: string) => ({ description, schema: text });
const headers = {
  'X-Request-Id': {
    description: 'Names this response in the logs.',
    schema: { type: 'string', pattern: '^[0-9a-f.-]{8,64}$' },
  },
  ETag: textHeader('For If-None-Match.'),
  'Cache-Control': textHeader('How long a browser may keep the answer.'),
  Vary: textHeader('Accept-Encoding.'),
  Link: textHeader('rel="next" when the page is full, rel="prev" when it is not the first.'),
  Location: textHeader("The list of the new question's, or the answered question's, answers."),
  Allow: textHeader('The methods that are possible.'),
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1, maximum: 5 } },
};

const problem = (description: string, moreHeaders: readonly string[] = []) => ({
  description,
  headers: { ...everywhere, ...Object.fromEntries(moreHeaders.map(name => [name, header(name)])) },
  content: { 'application/problem+json': { schema: schema('Problem') } },
});

const responses = {
  BadRequest: problem(
    'An id or page that is no positive 32-bit integer, a count that is no whole number, a page that is too deep or over 1 MiB, a body that is not JSON, an Idempotency-Key that is none, a URL with a fragment, or what cannot be read as HTTP.',
  ),
  NotFound: problem('There is no such product, question, answer or route.'),
  MethodNotAllowed: problem('The route has other methods.', ['Allow']),
  PreconditionFailed: problem('An If-Match other than `*`: our ETags are weak, and it compares strongly.'),
  BodyTooLarge: problem('The body is over 64 KiB.'),
  UrlTooLong: problem('The URL is over 8 KiB.'),
  UnknownHost: problem('The Host is none of those that are served.'),
  NotJson: problem('The body is not application/json.'),
  RuleBroken: problem(
    'The body is JSON but breaks a rule; `errors` says where and which. Or the Idempotency-Key was used for another write.',
  ),
  KeyUsed: problem('The Idempotency-Key was used for another write.'),
  TooMany: problem('Too many requests are in flight, or this address writes faster than its limit.', [
    'Retry-After',
  ]),
  HeadersTooLarge: problem('A header is over 8 KiB, or all together are over 16 KiB.'),
  Failed: problem('A defect of the server, which it has logged.'),
  Unavailable: problem(
    'It cannot be answered now; the request may be sent again, a write with its Idempotency-Key.',
    ['Retry-After'],
  ),
};

const schemas = {
  Problem: {
    type: 'object',
    properties: {
      type: { const: 'about:blank' },
      title: text,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: text,
      errors: array(object({ pointer: text, detail: text })),
    },
    required: ['type', 'title', 'status', 'detail'],
    additionalProperties: false,
  },
};

export const components = { parameters, headers, responses, schemas };
