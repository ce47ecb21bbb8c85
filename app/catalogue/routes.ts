import type { IRouter, RequestHandler } from 'express';
import type { ReadParts } from '../app.ts';
import type { Caching } from '../json-responses.ts';
import { integerFrom, pageFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import * as queries from './queries.ts';

/** The product overview. Only an import changes it, so every response may be cached. */
export function catalogueRoutes(router: IRouter, { database, cache, admission, responses }: ReadParts): void {
  const cachingOf = (key: string): Caching => ({
    cacheControl: 'public, max-age=60',
    isShared: admission.admits(key),
  });

  const ofProduct =
    (document: keyof typeof queries.documents): RequestHandler<{ product_id: string }> =>
    async (request, response) => {
      const id = integerFrom('product_id', request.params.product_id);
      const key = `${document} ${id}`;
      const text = await cache.get(key, () =>
        database.text(queries.document, [id, queries.documents[document]]),
      );
      if (text === undefined) throw doesNotExist(`product ${id}`);
      responses.send(response, text, cachingOf(key));
    };

  const listProducts: RequestHandler = async (request, response) => {
    const page = pageFrom(request.query);
    const key = `products ${page.page} ${page.count}`;
    const counted = await cache.get(key, () =>
      database.text(queries.productsPage, [page.offset, page.offset + page.count], page.count),
    );
    responses.sendPage(response, counted, '/products', page, cachingOf(key));
  };

  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  router.route('/products').get(listProducts).all(readOnly);
  router.route('/products/:product_id').get(ofProduct('product')).all(readOnly);
  router.route('/products/:product_id/styles').get(ofProduct('styles')).all(readOnly);
  router.route('/products/:product_id/related').get(ofProduct('related')).all(readOnly);
}
