import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openapi } from '../openapi/document.ts';
import type { HttpResponse } from './http.ts';

/** A response that the OpenAPI document does not describe; the message says the difference. */
export class Undocumented extends Error {}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addFormat('positive-int32', true);
ajv.addSchema(openapi, 'openapi');

const compiled = new Map<string, ValidateFunction>();
const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The operations of the document, such as "GET /products", with the statuses that they document. */
export const operations: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => [
      `${method.toUpperCase()} ${path}`,
      Object.keys(responses as object).map(Number),
    ]),
  ),
);

/**
 * The body of a response as JSON; undefined when it has none. Throws Undocumented unless status, headers, type and body are as the
 * document describes them for the operation.
 */
export function documentedBody(
  operation: string,
  { status, headers, text }: Omit<HttpResponse, 'json'>,
): unknown {
  if (!operations.get(operation)?.includes(status)) throw new Undocumented(`status ${status}`);
  const { pointer, response } = responseOf(operation, status);
  for (const name of Object.keys(response.headers ?? {}))
    if (name !== 'Link' && headers[name.toLowerCase()] === undefined)
      throw new Undocumented(`no header ${name}`);
  const type = typeOf(response);
  if (!type) {
    if (text !== '') throw new Undocumented('a body where there is none');
    return undefined;
  }
  const given = headers['content-type'];
  if (given?.replace('; charset=utf-8', '') !== type) throw new Undocumented(`content type ${given}`);
  const body = parsed(text);
  const isValid = validator(pointer, type);
  if (isValid(body)) return body;
  const [error] = isValid.errors ?? [];
  const place = error?.instancePath.replaceAll(/[0-9]+/g, 'N'); // so that equal faults read alike
  throw new Undocumented(`another shape: ${place || 'it'} ${error?.message}`);
}

interface Response {
  readonly $ref?: string;
  readonly headers?: object;
  readonly content?: object;
}

function responseOf(operation: string, status: number): { pointer: string; response: Response } {
  const [method = '', path = ''] = operation.split(' ');
  const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  const response = at(pointer);
  if (!response.$ref) return { pointer, response };
  return { pointer: response.$ref.slice(1), response: at(response.$ref.slice(1)) };
}

function at(pointer: string): Response {
  const keys = pointer.split('/').slice(1);
  return keys
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((node, key) => (node as Record<string, object>)[key] ?? {}, openapi as object);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Undocumented('a body that is not JSON');
  }
}

const typeOf = ({ content }: Response): string | undefined => Object.keys(content ?? {})[0];

function validator(pointer: string, type: string): ValidateFunction {
  const schema = `openapi#${pointer}/content/${escaped(type)}/schema`;
  const isValid = compiled.get(schema) ?? ajv.compile({ $ref: schema });
  compiled.set(schema, isValid);
  return isValid;
}

// All validators now: the first responses of a load run must not wait for them.
for (const [operation, statuses] of operations) {
  for (const status of statuses) {
    const { pointer, response } = responseOf(operation, status);
    const type = typeOf(response);
    if (type) validator(pointer, type);
  }
}
