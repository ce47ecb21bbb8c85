import { newAnswer, newQuestion, request, sql } from './stack.ts';

const products = Array.from({ length: 30 }, (_, index) => 950 + index);
const [firstProduct, lastProduct] = [products[0] ?? 0, products.at(-1) ?? 0];
let questions: string[] = [];

/** The questions of one of 30 products. */
export const questionsOf = (index: number): string => `/qa/questions?product_id=${products[index]}&`;
/** The answers of one of 30 questions. */
export const answersOf = (index: number): string => `/qa/questions/${questions[index]}/answers?`;

/** Writes the largest questions and answers that visitors can write. */
export async function writeLargePages(): Promise<void> {
  // These texts take the most space as text, as JSON and as a two-byte string of V8. A page of 1 MiB holds 90 such answers.
  const url = `https://images.example/${'x'.repeat(2000)}€`;
  const text = `${'x'.repeat(999)}€`;
  const first = await newQuestion(firstProduct);
  const { status, json } = await newAnswer(first, { body: text, photos: Array(5).fill(url) });
  expect(status).toBe(201);
  const control = '\u0001'.repeat(999);
  const { json: second } = await request('/qa/questions', {
    method: 'POST',
    body: { product_id: firstProduct, body: control, name: 'n', email: 'n@mail.example' },
  });
  expect(second.question_body).toBe(control);
  await sql(`with copied as (
      insert into qa.question (product_id, body, asker_name, asker_email)
      select product, body, asker_name, asker_email
      from generate_series(${firstProduct}, ${lastProduct}) product, generate_series(1, 300) number, qa.question
      where question_id = case number when 1 then ${first} else ${second.question_id} end
      returning product_id, question_id, body
    )
    insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email, helpful, photos)
    select copied.product_id, copied.question_id, answer.body, 'n', 'n', number, photos
    from copied, generate_series(1, 100) number, qa.answer
    where answer_id = ${json.answer_id} and copied.body not like E'\\u0001%'`);
  questions = (
    await sql(`select distinct question_id from qa.answer where product_id between
      ${firstProduct} and ${lastProduct} and answerer_email = 'n'`)
  ).split('\n');
  expect(questions).toHaveLength(products.length);
}

/** Other tests read all rows that visitors wrote. */
export async function removeLargePages(): Promise<void> {
  await sql(`with removed as (delete from qa.answer where product_id between ${firstProduct} and ${lastProduct})
    delete from qa.question where product_id between ${firstProduct} and ${lastProduct}`);
}
