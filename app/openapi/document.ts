import { cataloguePaths, catalogueSchemas } from '../catalogue/openapi.ts';
import { questionPaths, questionSchemas } from '../questions/openapi.ts';
import { components, object } from './parts.ts';

const health = (summary: string, failure: object = {}) => ({
  get: {
    summary,
    responses: {
      200: {
        description: 'Yes.',
        content: { 'application/json': { schema: object({ status: { const: 'ok' } }) } },
      },
      ...failure,
    },
  },
});

/** The OpenAPI 3.1 document of the whole API, as `GET /openapi.json` answers it. */
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
    '/health/live': health('Does the process run?'),
    '/health/ready': health('Can it serve?', { 503: { $ref: '#/components/responses/Unavailable' } }),
    '/openapi.json': {
      get: {
        summary: 'This document.',
        responses: {
          200: { description: 'It.', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
  components: { ...components, schemas: { ...components.schemas, ...catalogueSchemas, ...questionSchemas } },
};
