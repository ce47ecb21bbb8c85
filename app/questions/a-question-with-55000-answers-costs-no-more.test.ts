import { startTestService, type TestService } from '../testing/service.ts';
import { answersPage, questionsPage } from './queries.ts';

// Questions 20 and 21 of two products of their own: one with 500 answers, which is what a list shows, and one with 55,000, which
// users can write in 18 minutes. Their names are the longest in bytes.
const few = { product: 20, question: 20, answers: 500 };
const many = { product: 21, question: 21, answers: 55_000 };

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  for (const { product, question, answers } of [few, many]) {
    await service.sql(
      `insert into qa.question (product_id, question_id, body, asker_name) values ($1, $2, 'How many?', 'Asker')`,
      [product, question],
    );
    await service.sql(
      `insert into qa.answer (product_id, question_id, body, answerer_name, helpful)
       select $1, $2, 'x', repeat('👟', 60), number % 1000 from generate_series(1, $3::integer) number`,
      [product, question, answers],
    );
  }
  await service.sql('vacuum analyze qa.answer');
}, 60_000);
afterAll(() => service.stop());

const read = async (path: string) => {
  const { status, text, json } = await service.call(path);
  expect(status).toBe(200);
  return { bytes: Buffer.byteLength(text), json };
};

/** The blocks that a query touches. */
async function costOf(text: string, values: readonly number[]) {
  await service.sql('set plan_cache_mode = force_generic_plan');
  await service.sql(`prepare measured as ${text}`);
  const parameters = values.map(value => `'{${value}}'`);
  const [{ 'QUERY PLAN': plan }] = await service.sql(
    `explain (analyze, buffers, format json) execute measured (${parameters})`,
  );
  await service.sql('deallocate measured');
  const { 'Shared Hit Blocks': hit, 'Shared Read Blocks': missed } = plan[0].Plan;
  return hit + missed;
}

it('a question with 55,000 answers shows the 500 most helpful in a list, and all of them by pages', async () => {
  const { json } = await read(`/qa/questions?product_id=${many.product}&count=3`);
  const answers: { helpfulness: number }[] = Object.values(json.results[0].answers);
  expect(answers).toHaveLength(500);
  expect(Math.min(...answers.map(({ helpfulness }) => helpfulness))).toBe(990);
  const { json: last } = await read(`/qa/questions/${many.question}/answers?page=110&count=500`);
  expect(last.results).toHaveLength(500);
});

it('its response is as large as that of 500 answers', async () => {
  const path = ({ product }: typeof few) => `/qa/questions?product_id=${product}`;
  expect((await read(path(many))).bytes).toBeLessThan((await read(path(few))).bytes * 1.1);
});

// Of many answers each that is shown may lie on a block of its own.
it.each([
  ['before it is known to be large', questionsPage.together.text, 240],
  ['alone', questionsPage.alone.text, 520],
])('its list reads at most a block for each of 500 answers, %s', async (_when, text, mostBlocks) => {
  expect(await costOf(text, [few.product, 0, 5])).toBeLessThan(mostBlocks);
  expect(await costOf(text, [many.product, 0, 5])).toBeLessThan(mostBlocks);
});

it('a page of its answers reads as many blocks as one of 500 answers', async () => {
  const ofFew = await costOf(answersPage.together.text, [few.question, 1, 5]);
  expect(await costOf(answersPage.together.text, [many.question, 1, 5])).toBeLessThan(ofFew * 2);
});

describe('a product with 55,000 questions', () => {
  beforeAll(() =>
    service.sql(`
      insert into qa.question (product_id, body, asker_name, helpful)
      select 22, 'How many?', repeat('👟', 60), number % 1000 from generate_series(1, 55000) number`),
  );

  it('reads as many blocks for a page as one with 500', async () => {
    await service.sql(`
      insert into qa.question (product_id, body, asker_name, helpful)
      select 23, 'How many?', repeat('👟', 60), number % 1000 from generate_series(1, 500) number`);
    await service.sql('vacuum analyze qa.question');
    const { text } = questionsPage.together;
    expect(await costOf(text, [22, 0, 5])).toBeLessThan((await costOf(text, [23, 0, 5])) * 2);
    expect((await read('/qa/questions?product_id=22')).json.results).toHaveLength(5);
  });
});

it('a page of 500 questions with 100 answers each shows as many answers as fit', async () => {
  await service.sql(`
    insert into qa.question (product_id, body, asker_name) select 24, 'How many?', 'Asker' from generate_series(1, 500);
    insert into qa.answer (product_id, question_id, body, answerer_name)
    select product_id, question_id, 'x', repeat('👟', 60) from qa.question, generate_series(1, 100) where product_id = 24`);
  const { bytes, json } = await read('/qa/questions?product_id=24&count=500');
  expect(json.results).toHaveLength(500);
  expect(bytes).toBeLessThan(1024 * 1024);
});

it('shows a page of 500 questions with 12 short answers each, which users can write in 2 minutes', async () => {
  await service.sql(`
    insert into qa.question (product_id, body, asker_name) select 25, 'How many?', 'Asker' from generate_series(1, 500);
    insert into qa.answer (product_id, question_id, body, answerer_name)
    select product_id, question_id, 'x', 'Tester' from qa.question, generate_series(1, 12) where product_id = 25`);
  const { json } = await read('/qa/questions?product_id=25&count=1000');
  expect(json.results).toHaveLength(500);
});
