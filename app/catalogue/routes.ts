import { type RequestHandler, Router } from 'express';
import { sendJson, sendPage } from '../answer.ts';
import type { Cache } from '../cache.ts';
import type { Database, Statement } from '../database.ts';
import { integerFrom, pageFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import * as queries from './queries.ts';

/** The product overview: everything here changes with an import only, so every answer may be kept. */
export function catalogueRoutes(database: Database, cache: Cache): Router {
  const shared = { cacheControl: 'public, max-age=60', isShared: true } as const;

  const ofProduct =
    (statement: Statement): RequestHandler<{ product_id: string }> =>
    async (request, response) => {
      const id = integerFrom('product_id', request.params.product_id);
      const text = await cache.get(`${statement.name} ${id}`, () => database.text(statement, [id]));
      if (text === undefined) throw doesNotExist(`product ${id}`);
      sendJson(response, text, shared);
    };

  const listProducts: RequestHandler = async (request, response) => {
    const page = pageFrom(request.query);
    const folded = await cache.get(`products ${page.page} ${page.count}`, () =>
      database.text(queries.productsPage, [page.offset, page.offset + page.count]),
    );
    sendPage(response, folded, '/products', page, shared);
  };

  const router = Router({ caseSensitive: true });
  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  router.route('/products').get(listProducts).all(readOnly);
  router.route('/products/:product_id').get(ofProduct(queries.product)).all(readOnly);
  router.route('/products/:product_id/styles').get(ofProduct(queries.styles)).all(readOnly);
  router.route('/products/:product_id/related').get(ofProduct(queries.related)).all(readOnly);
  return router;
}
