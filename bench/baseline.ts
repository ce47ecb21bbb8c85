import express, { type Request, type Response } from 'express';
import { Pool } from 'pg';
import * as catalogue from '../app/catalogue/queries.ts';
import type { Query } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import { databaseSettings } from '../db/environment.ts';

// The Express baseline: the same statements as the app's, one a request, without caches or batches.

const options = '-c plan_cache_mode=force_generic_plan'; // as in the app
const pool = new Pool({ ...databaseSettings(process.env), max: 8, options });
const app = express();

async function respond(response: Response, query: Query, values: number[]): Promise<void> {
  const { name, text } = query.together;
  const parameters = values.map(value => [value]);
  const { rows } = await pool.query({ name, text, values: parameters, rowMode: 'array' });
  response.type('application/json').send(rows[0]?.[1]);
}

const ofProduct = (document: number) => (request: Request<{ id: string }>, response: Response) =>
  respond(response, catalogue.document, [Number(request.params.id), document]);

app.get('/products', ({ query }, response) =>
  respond(response, catalogue.productsPage, [(Number(query.page) - 1) * 5, Number(query.page) * 5]),
);
app.get('/products/:id', ofProduct(1));
app.get('/products/:id/styles', ofProduct(2));
app.get('/products/:id/related', ofProduct(3));
app.get('/qa/questions', ({ query }, response) =>
  respond(response, questions.questionsPage, [Number(query.product_id), 0, 5]),
);
app.get('/qa/questions/:id/answers', ({ params }, response) =>
  respond(response, questions.answersPage, [Number(params.id), 1, 5]),
);
app.listen(3000);
