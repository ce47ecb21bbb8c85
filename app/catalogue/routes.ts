import { type RequestHandler, Router } from 'express';
import type { Admission } from '../admission.ts';
import { type Caching, sendJson, sendPage } from '../answer.ts';
import type { Cache } from '../cache.ts';
import type { Database, Statement } from '../database.ts';
import { integerFrom, pageFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import * as queries from './queries.ts';

/** The product overview: everything here changes with an import only, so every answer may be kept. */
export function catalogueRoutes(database: Database, cache: Cache, admission: Admission): Router {
  const caching = (key: string): Caching => ({
    cacheControl: 'public, max-age=60',
    isShared: admission.admits(key),
  });

  const ofProduct =
    (statement: Statement): RequestHandler<{ product_id: string }> =>
    async (request, response) => {
      const id = integerFrom('product_id', request.params.product_id);
      const key = `${statement.name} ${id}`;
      const text = await cache.get(key, () => database.answer(statement, [id]));
      if (text === undefined) throw doesNotExist(`product ${id}`);
      sendJson(response, text, caching(key));
    };

  const listProducts: RequestHandler = async (request, response) => {
    const page = pageFrom(request.query);
    const key = `products ${page.page} ${page.count}`;
    const folded = await cache.get(key, () =>
      database.answer(queries.productsPage, [page.offset, page.offset + page.count]),
    );
    sendPage(response, folded, '/products', page, caching(key));
  };

  const router = Router({ caseSensitive: true });
  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  router.route('/products').get(listProducts).all(readOnly);
  router.route('/products/:product_id').get(ofProduct(queries.product)).all(readOnly);
  router.route('/products/:product_id/styles').get(ofProduct(queries.styles)).all(readOnly);
  router.route('/products/:product_id/related').get(ofProduct(queries.related)).all(readOnly);
  return router;
}
