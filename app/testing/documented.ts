import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openapi } from '../openapi/document.ts';
import type { Answer } from './http.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat('http-url', true);
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

/** Fails unless the answer is one that the document gives for the operation: status, type, body and headers. */
export function expectDocumented(operation: string, { status, headers, text }: Answer): void {
  const [method = '', path = ''] = operation.split(' ');
  expect(operations.get(operation)).toContain(status);
  let pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  let response = at(pointer);
  if (response.$ref) {
    pointer = response.$ref.slice(1);
    response = at(pointer);
  }
  const documented = Object.keys(response.headers ?? {}).filter(name => name !== 'Link');
  expect(Object.keys(headers)).toEqual(expect.arrayContaining(documented.map(name => name.toLowerCase())));
  const [type] = Object.keys(response.content ?? {});
  if (!type) {
    expect(text).toBe('');
    return;
  }
  expect(headers['content-type']?.replace('; charset=utf-8', '')).toBe(type);
  const schema = `openapi#${pointer}/content/${escaped(type)}/schema`;
  const isValid = compiled.get(schema) ?? ajv.compile({ $ref: schema });
  compiled.set(schema, isValid);
  if (!isValid(JSON.parse(text)))
    throw new Error(`${operation} ${status}: ${ajv.errorsText(isValid.errors)}\n${text}`);
}

function at(pointer: string): any {
  return pointer
    .split('/')
    .slice(1)
    .reduce((node: any, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], openapi);
}
