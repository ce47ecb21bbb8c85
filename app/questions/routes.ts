import type { IRouter, Request, RequestHandler, Response } from 'express';
import type { ReadParts } from '../app.ts';
import type { Row, Statement } from '../connections.ts';
import { generationFrom, isOfQuestions } from '../data-sets.ts';
import type { Caching } from '../json-responses.ts';
import { integerFrom, pageFrom, requiredIntegerFrom } from '../parameters.ts';
import { doesNotExist, onlyAllows } from '../problem.ts';
import { answerFrom, questionFrom, readBody } from './body.ts';
import { writeOnce } from './idempotency.ts';
import * as queries from './queries.ts';

/**
 * Questions and answers. Nginx holds a generation for each product's questions and each question's answers and sends it with a
 * read. A write names what it changed in X-Changed, and Nginx raises those generations before the client has the response. So a
 * response is cached under the generation it was read in, and one from before a write is never found after it. A read without a
 * generation did not come through Nginx: it is not cached, and does not join a query that may have started before a write.
 */
export function questionRoutes(router: IRouter, { database, cache, admission, responses }: ReadParts): void {
  const read = async (request: Request, subject: string, load: () => Promise<string | undefined>) => {
    const generation = generationFrom(request);
    const key = `${subject} ${generation}`;
    const counted = await (generation ? cache.get(key, load) : load());
    const caching: Caching = {
      cacheControl: 'public, max-age=0, must-revalidate',
      isShared: isOfQuestions(generation) && counted !== undefined && admission.admits(key, counted),
    };
    return { counted, caching };
  };

  const listQuestions: RequestHandler = async (request, response) => {
    const { query } = request; // Express parses it at each use
    const id = requiredIntegerFrom(query, 'product_id');
    const page = pageFrom(query);
    const { counted, caching } = await read(request, `questions ${id} ${page.page} ${page.count}`, () =>
      database.text(queries.questionsPage, [id, page.offset, page.count], page.count),
    );
    responses.sendPage(response, counted, `/qa/questions?product_id=${id}`, page, caching);
  };

  const listAnswers: RequestHandler<{ question_id: string }> = async (request, response) => {
    const id = integerFrom('question_id', request.params.question_id);
    const page = pageFrom(request.query);
    const { counted, caching } = await read(request, `answers ${id} ${page.page} ${page.count}`, () =>
      database.text(queries.answersPage, [id, page.page, page.count], page.count),
    );
    if (counted === undefined) throw doesNotExist(`question ${id}`);
    responses.sendPage(response, counted, `/qa/questions/${id}/answers`, page, caching);
  };

  const addQuestion: RequestHandler = async (request, response) => {
    const { product_id, body, name, email } = questionFrom(request.body);
    const values = [product_id, body, name, email];
    const row = await writeOnce(database, request, queries.addQuestion, values);
    if (!row) throw doesNotExist(`product ${product_id}`);
    sendCreated(response, row);
  };

  const addAnswer: RequestHandler<{ question_id: string }> = async (request, response) => {
    const id = integerFrom('question_id', request.params.question_id);
    const { body, name, email, photos = [] } = answerFrom(request.body);
    const values = [id, body, name, email, photos];
    const row = await writeOnce(database, request, queries.addAnswer, values);
    if (!row) throw doesNotExist(`question ${id}`);
    sendCreated(response, row);
  };

  const change =
    (thing: 'question' | 'answer', statement: Statement): RequestHandler<Record<string, string>> =>
    async (request, response) => {
      const id = integerFrom(`${thing}_id`, request.params[`${thing}_id`]);
      const row = await writeOnce(database, request, statement, [id]);
      if (!row) throw doesNotExist(`${thing} ${id}`);
      response.set('X-Changed', changedBy(row)).status(204).end();
    };

  const readAndPost = onlyAllows('GET', 'HEAD', 'POST', 'OPTIONS');
  const putOnly = onlyAllows('PUT', 'OPTIONS');
  router.route('/qa/questions').get(listQuestions).post(readBody, addQuestion).all(readAndPost);
  router
    .route('/qa/questions/:question_id/answers')
    .get(listAnswers)
    .post(readBody, addAnswer)
    .all(readAndPost);
  for (const thing of ['question', 'answer'] as const) {
    const path = `/qa/${thing}s/:${thing}_id`;
    router.route(`${path}/helpful`).put(change(thing, queries.vote[thing])).all(putOnly);
    router.route(`${path}/report`).put(change(thing, queries.report[thing])).all(putOnly);
  }
}

/** What a write changed, for Nginx. */
const changedBy = ([product, question]: Row) => `product-${product} question-${question}`;

function sendCreated(response: Response, row: Row): void {
  const [, question, text] = row;
  response
    .status(201)
    .location(`/qa/questions/${question}/answers`)
    .set({ 'X-Changed': changedBy(row), 'Cache-Control': 'no-store' })
    .type('application/json')
    .send(text);
}
