import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type Caching, sendPage } from '../answer.ts';
import type { Cache } from '../cache.ts';
import type { CacheAdmission } from '../cache-admission.ts';
import type { Statement } from '../connections.ts';
import type { Database } from '../database.ts';
import { integerFrom, pageFrom, requiredIntegerFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import { answerFrom, questionFrom, readBody } from './body.ts';
import { keyFrom, once } from './once.ts';
import * as queries from './queries.ts';

/**
 * Questions and answers. Nginx counts, for each product and each question, the generation of what it shows, and
 * sends it along with a read; a write names what it changed, and Nginx raises those generations before the
 * client has the write's answer. So an answer is kept under the generation it was read in, and one from before a
 * write is never found after it. A read without a generation did not come through Nginx: nothing is kept then,
 * nor is it joined with another that may have begun before a write.
 */
export function questionRoutes(database: Database, cache: Cache, admission: CacheAdmission): Router {
  const read = async (request: Request, subject: string, load: () => Promise<string | undefined>) => {
    const generation = generationFrom(request.get('X-Generation'));
    const key = `${subject} ${generation}`;
    const folded = await (generation ? cache.get(key, load) : load());
    const caching: Caching = {
      cacheControl: 'public, max-age=0, must-revalidate',
      isShared: generation !== undefined && folded !== undefined && admission.admits(key),
    };
    return { folded, caching };
  };

  const listQuestions: RequestHandler = async (request, response) => {
    const id = requiredIntegerFrom(request.query, 'product_id');
    const page = pageFrom(request.query);
    const { folded, caching } = await read(request, `questions ${id} ${page.page} ${page.count}`, () =>
      database.text(queries.questionsPage, [id, page.offset, page.count], page.count),
    );
    const path = `/qa/questions?product_id=${id}`;
    sendPage(response, folded, path, page, caching);
  };

  const listAnswers: RequestHandler<{ question_id: string }> = async (request, response) => {
    const id = integerFrom('question_id', request.params.question_id);
    const page = pageFrom(request.query);
    const { folded, caching } = await read(request, `answers ${id} ${page.page} ${page.count}`, () =>
      database.text(queries.answersPage, [id, page.page, page.count], page.count),
    );
    if (folded === undefined) throw doesNotExist(`question ${id}`);
    const path = `/qa/questions/${id}/answers`;
    sendPage(response, folded, path, page, caching);
  };

  const askQuestion: RequestHandler = async (request, response) => {
    const { product_id, body, name, email } = questionFrom(request.body);
    const values = [product_id, body, name, email];
    const row = await once(database, keyFrom(request), queries.askQuestion, values);
    if (!row) throw doesNotExist(`product ${product_id}`);
    const [product, question, text] = row;
    response.set('X-Changed', `product-${product} question-${question}`);
    sendCreated(response, `/qa/questions/${question}/answers`, text);
  };

  const giveAnswer: RequestHandler<{ question_id: string }> = async (request, response) => {
    const id = integerFrom('question_id', request.params.question_id);
    const { body, name, email, photos = [] } = answerFrom(request.body);
    const values = [id, body, name, email, photos];
    const row = await once(database, keyFrom(request), queries.giveAnswer, values);
    if (!row) throw doesNotExist(`question ${id}`);
    const [product, question, text] = row;
    response.set('X-Changed', `product-${product} question-${question}`);
    sendCreated(response, `/qa/questions/${question}/answers`, text);
  };

  const change =
    (thing: 'question' | 'answer', statement: Statement): RequestHandler<Record<string, string>> =>
    async (request, response) => {
      const id = integerFrom(`${thing}_id`, request.params[`${thing}_id`]);
      const row = await once(database, keyFrom(request), statement, [id]);
      if (!row) throw doesNotExist(`${thing} ${id}`);
      const [product, question] = row;
      response.set('X-Changed', `product-${product} question-${question}`).status(204).end();
    };

  const router = Router({ caseSensitive: true });
  const readAndPost = onlyAllows('GET', 'HEAD', 'POST', 'OPTIONS');
  const putOnly = onlyAllows('PUT', 'OPTIONS');
  router.route('/qa/questions').get(listQuestions).post(readBody, askQuestion).all(readAndPost);
  router
    .route('/qa/questions/:question_id/answers')
    .get(listAnswers)
    .post(readBody, giveAnswer)
    .all(readAndPost);
  for (const thing of ['question', 'answer'] as const) {
    const path = `/qa/${thing}s/:${thing}_id`;
    router.route(`${path}/helpful`).put(change(thing, queries.vote[thing])).all(putOnly);
    router.route(`${path}/report`).put(change(thing, queries.report[thing])).all(putOnly);
  }
  return router;
}

/** The generation that Nginx sent along; nothing but digits is believed. */
function generationFrom(header: string | undefined): string | undefined {
  return header && /^\d{1,20}$/.test(header) ? header : undefined;
}

function sendCreated(response: Response, location: string, text: string | null | undefined): void {
  response
    .status(201)
    .location(location)
    .set('Cache-Control', 'no-store')
    .type('application/json')
    .send(text);
}
