import express, { type Request, type Response } from 'express';
import { Pool } from 'pg';
import * as catalogue from '../app/catalogue/queries.ts';
import type { Statement } from '../app/database.ts';
import * as questions from '../app/questions/queries.ts';
import { databaseSettings } from '../db/environment.ts';

// The plain way, which the app is measured against: the same statements, one for each request, and nothing else.

const pool = new Pool({ ...databaseSettings(process.env), max: 8 });
const app = express();

async function answer(response: Response, { name, text }: Statement, values: number[]): Promise<void> {
  const { rows } = await pool.query({ name, text, values: values.map(value => [value]), rowMode: 'array' });
  response.type('application/json').send(rows[0]?.[1]);
}

const ofProduct = (statement: Statement) => (request: Request<{ id: string }>, response: Response) =>
  answer(response, statement, [Number(request.params.id)]);

app.get('/products/:id', ofProduct(catalogue.product));
app.get('/products/:id/styles', ofProduct(catalogue.styles));
app.get('/products/:id/related', ofProduct(catalogue.related));
app.get('/qa/questions', ({ query }, response) =>
  answer(response, questions.questionsPage, [Number(query.product_id), 0, 5]),
);
app.get('/qa/questions/:id/answers', ({ params }, response) =>
  answer(response, questions.answersPage, [Number(params.id), 0, 5]),
);
app.listen(3000);
