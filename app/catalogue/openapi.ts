import { array, id, object, price, read, schema, text } from '../openapi/parts.ts';

const inList = { id, name: text, slogan: text, description: text, category: text, default_price: price };
const nothing = { type: 'null' };

export const catalogueSchemas = {
  ProductInList: object(inList),
  Product: object({
    ...inList,
    features: array(object({ feature: text, value: { type: ['string', 'null'] } })),
  }),
  Styles: object({
    product_id: { type: 'string', pattern: '^[1-9][0-9]*$' },
    results: array(schema('Style')),
  }),
  Style: object({
    style_id: id,
    name: text,
    original_price: price,
    sale_price: { anyOf: [price, nothing] },
    'default?': { type: 'boolean' },
    photos: {
      description: 'A style without photos has one whose URLs are null.',
      ...array(object({ thumbnail_url: { type: ['string', 'null'] }, url: { type: ['string', 'null'] } })),
      minItems: 1,
    },
    skus: {
      description: 'By sku id. A style without skus has one named "null" that is all null.',
      anyOf: [
        object({ null: object({ quantity: nothing, size: nothing }) }),
        {
          type: 'object',
          patternProperties: {
            '^[1-9][0-9]*$': object({ quantity: { type: 'integer', minimum: 0 }, size: text }),
          },
          additionalProperties: false,
          minProperties: 1,
        },
      ],
    },
  }),
};

export const cataloguePaths = {
  '/products': { get: read('Products by id.', [], array(schema('ProductInList')), { isPage: true }) },
  '/products/{product_id}': { get: read('A product with its features.', ['product_id'], schema('Product')) },
  '/products/{product_id}/styles': {
    get: read('Its styles with photos and skus.', ['product_id'], schema('Styles')),
  },
  '/products/{product_id}/related': {
    get: read('The ids of related products, in the order of the data file.', ['product_id'], array(id)),
  },
};
