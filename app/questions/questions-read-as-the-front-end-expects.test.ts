import { startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const get = async (path: string) => {
  const { status, json } = await service.call(path);
  expect(status).toBe(200);
  return json;
};

const questionIds = (page: any) => page.results.map(({ question_id }: any) => question_id);
const answerIds = (page: any) => page.results.map(({ answer_id }: any) => answer_id);

describe('GET /qa/questions', () => {
  it('lists a product’s questions, the most helpful first, then by id, without the reported', async () => {
    expect(questionIds(await get('/qa/questions?product_id=1'))).toEqual([3, 4, 7, 6, 1]);
    expect(questionIds(await get('/qa/questions?product_id=1&page=2'))).toEqual([5]);
    expect(questionIds(await get('/qa/questions?count=2&product_id=1&page=2'))).toEqual([7, 6]);
  });

  it('has every key in its order, product_id as text and dates in UTC with milliseconds', async () => {
    const page = await get('/qa/questions/?product_id=1&count=100');
    expect(Object.keys(page)).toEqual(['product_id', 'results']);
    expect(page.product_id).toBe('1');
    expect(Object.entries(page.results[4]).slice(0, 6)).toEqual([
      ['question_id', 1],
      ['question_body', 'What fabric is it?'],
      ['question_date', '2018-01-04T04:41:44.123Z'],
      ['asker_name', 'yankeelover'],
      ['question_helpfulness', 1],
      ['reported', false],
    ]);
  });

  it('holds every answer that is not reported by its id, photos as plain URLs', async () => {
    const { results } = await get('/qa/questions?product_id=1&count=100');
    expect(results[4].answers).toEqual({
      5: {
        id: 5,
        body: 'Something soft',
        date: '2018-01-05T00:00:00.010Z',
        answerer_name: 'metslover',
        helpfulness: 5,
        photos: ['https://images.example/a', 'https://images.example/b'],
      },
      6: {
        id: 6,
        body: 'Canvas',
        date: '2018-01-06T00:00:00.000Z',
        answerer_name: 'Seller',
        helpfulness: 8,
        photos: [],
      },
      8: {
        id: 8,
        body: 'It\'s "the" best',
        date: '2018-01-08T00:00:00.000Z',
        answerer_name: 'metslover',
        helpfulness: 5,
        photos: [],
      },
    });
    expect(results[0].answers).toEqual({});
  });

  it('is an empty list for a product without questions, also for one that does not exist', async () => {
    expect(await get('/qa/questions?product_id=5')).toEqual({ product_id: '5', results: [] });
    expect(await get('/qa/questions?product_id=2147483647')).toEqual({
      product_id: '2147483647',
      results: [],
    });
  });

  it('lists questions about a product that is not in the catalogue', async () => {
    expect(questionIds(await get('/qa/questions?product_id=77'))).toEqual([9]);
  });

  it('links to the next page when this one is full', async () => {
    const { headers } = await service.call('/qa/questions?product_id=1');
    expect(headers.link).toBe('</qa/questions?product_id=1&page=2&count=5>; rel="next"');
  });
});

describe('GET /qa/questions/:question_id/answers', () => {
  it('echoes what was asked, question as text, page and count as numbers', async () => {
    expect(await get('/qa/questions/3/answers')).toEqual({ question: '3', page: 1, count: 5, results: [] });
    expect(await get('/qa/questions/3/answers?&page=7&count=500')).toEqual({
      question: '3',
      page: 7,
      count: 500,
      results: [],
    });
  });

  it('lists answers, the most helpful first, then by id, without the reported, photos with their ids', async () => {
    const page = await get('/qa/questions/1/answers');
    expect(answerIds(page)).toEqual([6, 5, 8]);
    expect(JSON.stringify(page.results[1])).toBe(
      '{"answer_id":5,"body":"Something soft","date":"2018-01-05T00:00:00.010Z","answerer_name":"metslover",' +
        '"helpfulness":5,"photos":[{"id":1,"url":"https://images.example/a"},{"id":2,"url":"https://images.example/b"}]}',
    );
    expect(page.results[0].photos).toEqual([]);
    expect(answerIds(await get('/qa/questions/1/answers?page=2&count=2'))).toEqual([8]);
  });

  it('knows no answers of a reported question', async () => {
    expect((await service.call('/qa/questions/2/answers')).status).toBe(404);
  });
});

describe('a page of long answers', () => {
  let question: number;
  beforeAll(async () => {
    const [asked] = await service.sql(
      `insert into qa.question (product_id, body, asker_name, asker_email) values (999, 'b', 'n', 'e') returning question_id`,
    );
    question = asked.question_id;
    const url = `https://images.example/${'𝒳'.repeat(2000)}`;
    await service.sql(
      `insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email, helpful, photos)
       select 999, $1, repeat('𝒳', 1000), 'n', 'e', helpful,
         (select jsonb_agg(jsonb_build_object('id', id, 'url', $2::text)) from generate_series(1, 5) id)
       from generate_series(1, 500) helpful`,
      [question, url],
    );
  });

  it('is refused when it would be over 1 MiB, and otherwise whole', async () => {
    const answers = (count: number) => service.call(`/qa/questions/${question}/answers?count=${count}`);
    const { status, json } = await answers(500);
    expect([status, json.detail]).toEqual([400, 'count is too large: the page would be over 1 MiB.']);
    expect((await answers(20)).json.results).toHaveLength(20);
  });

  it('shows the most helpful ones with their question, up to 1 MiB', async () => {
    const { json, text } = await service.call('/qa/questions?product_id=999');
    const helpfulness = Object.values<any>(json.results[0].answers).map(answer => answer.helpfulness);
    expect(helpfulness).toContain(500);
    expect(Math.min(...helpfulness)).toBe(501 - helpfulness.length);
    expect(helpfulness.length).toBeGreaterThan(20);
    expect(Buffer.byteLength(text)).toBeLessThan(1.1 * 2 ** 20);
  });
});

it('is refused, a page of questions, when their own texts would be over 1 MiB', async () => {
  await service.sql(
    `insert into qa.question (product_id, body, asker_name, asker_email)
     select 998, repeat(E'\\u0001', 1000), 'n', 'e' from generate_series(1, 200)`,
    [],
  );
  const { status, json } = await service.call('/qa/questions?product_id=998&count=200');
  expect([status, json.detail]).toEqual([400, 'count is too large: the page would be over 1 MiB.']);
  expect((await get('/qa/questions?product_id=998&count=100')).results).toHaveLength(100);
  expect((await get('/qa/questions?product_id=998&count=5')).results[4].question_body).toBe(
    '\u0001'.repeat(1000),
  );
});

it('returns no e-mail address by any route', async () => {
  const paths = [
    '/qa/questions?product_id=1&count=500',
    '/qa/questions/1/answers',
    '/qa/questions?product_id=77',
  ];
  for (const path of paths) expect((await service.call(path)).text).not.toMatch(/@|e-?mail/i);
});
