import type { IRouter, Request, RequestHandler } from 'express';
import type { ReadParts } from '../app.ts';
import { generationFrom, isOfCatalogue } from '../data-sets.ts';
import type { Caching } from '../json-responses.ts';
import { integerFrom, pageFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import * as queries from './queries.ts';

/**
 * The product overview. Only an import changes it, so every response may be cached. Around an import, a response may be of another
 * data set than Nginx knows. Such a response is not cached there.
 */
export function catalogueRoutes(router: IRouter, { database, cache, admission, responses }: ReadParts): void {
  const read = async (request: Request, subject: string, load: () => Promise<string | undefined>) => {
    const generation = generationFrom(request);
    const key = `${subject} ${generation}`;
    const numbered = await cache.get(key, load);
    const numberEnd = numbered?.indexOf('\n');
    const text = numbered?.slice(1 + (numberEnd ?? 0));
    const isCurrent = isOfCatalogue(numbered?.slice(0, numberEnd) ?? '', generation);
    const caching: Caching = {
      cacheControl: 'public, max-age=60',
      isShared: isCurrent && text !== undefined && admission.admits(key, text),
    };
    return { text, caching };
  };

  const ofProduct =
    (document: keyof typeof queries.documents): RequestHandler<{ product_id: string }> =>
    async (request, response) => {
      const id = integerFrom('product_id', request.params.product_id);
      const { text, caching } = await read(request, `${document} ${id}`, () =>
        database.text(queries.document, [id, queries.documents[document]]),
      );
      if (text === undefined) throw doesNotExist(`product ${id}`);
      responses.send(response, text, caching);
    };

  const listProducts: RequestHandler = async (request, response) => {
    const page = pageFrom(request.query);
    const { text, caching } = await read(request, `products ${page.page} ${page.count}`, () =>
      database.text(queries.productsPage, [page.offset, page.offset + page.count], page.count),
    );
    responses.sendPage(response, text, '/products', page, caching);
  };

  const readOnly = onlyAllows('GET', 'HEAD', 'OPTIONS');
  router.route('/products').get(listProducts).all(readOnly);
  router.route('/products/:product_id').get(ofProduct('product')).all(readOnly);
  router.route('/products/:product_id/styles').get(ofProduct('styles')).all(readOnly);
  router.route('/products/:product_id/related').get(ofProduct('related')).all(readOnly);
}
