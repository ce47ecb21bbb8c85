import { cataloguePaths, catalogueSchemas } from '../catalogue/openapi.ts';
import { questionPaths, questionSchemas } from '../questions/openapi.ts';
import { components, conditional, object, problems } from './parts.ts';

const read = (summary: string, description: string, body: unknown, more = {}) => ({
  get: {
    summary,
    responses: {
      200: { description, content: { 'application/json': { schema: body } } },
      ...more,
      ...problems,
    },
  },
});
const isOk = object({ status: { const: 'ok' } });

/** The OpenAPI 3.1 document of the whole API, as `GET /openapi.json` returns it. */
export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'ÉLIER',
    version: '1',
    description: 'Product overview, questions and answers for the front-end of an e-commerce site.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  paths: {
    ...cataloguePaths,
    ...questionPaths,
    '/health/live': read('Does the process run?', 'Yes.', isOk),
    '/health/ready': read('Can it serve?', 'Yes.', isOk),
    '/openapi.json': read('This document.', 'It.', { type: 'object' }, conditional),
  },
  components: { ...components, schemas: { ...components.schemas, ...catalogueSchemas, ...questionSchemas } },
};
