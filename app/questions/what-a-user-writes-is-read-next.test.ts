import { startTestService, type TestService } from '../testing/service.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
});
afterEach(() => service.stop());

const post = (path: string, body: unknown) => service.call(path, { method: 'POST', body });
const put = (path: string, body?: unknown) => service.call(path, { method: 'PUT', body });
const questionsOf = async (product: number) =>
  (await service.call(`/qa/questions?product_id=${product}`)).json.results;
const answersOf = async (question: number) =>
  (await service.call(`/qa/questions/${question}/answers`)).json.results;

const written = { body: 'Größe 👟 \\ "مقاس"\n?', name: 'Zoë', email: 'zoe@mail.example' };

describe('POST /qa/questions', () => {
  it('answers with the question as its list shows it, and where its answers are', async () => {
    const { status, headers, json } = await post('/qa/questions', { ...written, product_id: 2 });
    expect(status).toBe(201);
    expect(json).toEqual({
      question_id: 10,
      question_body: written.body,
      question_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      asker_name: 'Zoë',
      question_helpfulness: 0,
      reported: false,
      answers: {},
    });
    expect(Math.abs(Date.parse(json.question_date) - Date.now())).toBeLessThan(60_000);
    expect(headers.location).toBe('/qa/questions/10/answers');
    expect(headers['x-changed']).toBe('product-2 question-10');
    expect((await questionsOf(2))[1]).toEqual(json);
    expect(await answersOf(10)).toEqual([]);
  });

  it('takes the product’s digits as text, and a trailing slash', async () => {
    const { status } = await post('/qa/questions/', { ...written, product_id: '2' });
    expect(status).toBe(201);
    expect(await questionsOf(2)).toHaveLength(2);
  });

  it('knows no product that is not in the catalogue', async () => {
    const { status, json } = await post('/qa/questions', { ...written, product_id: 77 });
    expect([status, json.detail]).toEqual([404, 'There is no product 77.']);
    expect(await questionsOf(77)).toHaveLength(1);
  });

  it('keeps the e-mail address for the owner alone', async () => {
    await post('/qa/questions', { ...written, product_id: 2 });
    const rows = await service.sql(
      'select asker_email, user_written from qa.question where question_id = 10',
    );
    expect(rows).toEqual([{ asker_email: 'zoe@mail.example', user_written: true }]);
  });
});

describe('POST /qa/questions/:question_id/answers', () => {
  it('answers with the answer as its list shows it', async () => {
    const photos = ['https://images.example/z', 'HTTP://images.example/ä?x=1'];
    const { status, headers, json } = await post('/qa/questions/8/answers/', {
      ...written,
      photos,
      question_id: 8,
    });
    expect(status).toBe(201);
    expect(json).toEqual({
      answer_id: 11,
      body: written.body,
      date: expect.stringMatching(/Z$/),
      answerer_name: 'Zoë',
      helpfulness: 0,
      photos: [
        { id: 3, url: photos[0] },
        { id: 4, url: photos[1] },
      ],
    });
    expect(headers.location).toBe('/qa/questions/8/answers');
    expect(headers['x-changed']).toBe('product-2 question-8');
    expect(await answersOf(8)).toEqual([json]);
    expect((await questionsOf(2))[0].answers['11'].photos).toEqual(photos);
  });

  it('needs no photos', async () => {
    expect((await post('/qa/questions/8/answers', written)).json.photos).toEqual([]);
    expect((await post('/qa/questions/8/answers', { ...written, photos: [] })).json.photos).toEqual([]);
  });

  it.each([2, 999])('knows no question %i, which is reported or was never asked', async question => {
    expect((await post(`/qa/questions/${question}/answers`, written)).status).toBe(404);
  });
});

describe('PUT …/helpful', () => {
  it('counts every vote, also a thousand at once, and one that got 503 once', async () => {
    const vote = (key: string) =>
      service.call('/qa/questions/8/helpful', { method: 'PUT', headers: { 'Idempotency-Key': key } });
    let keys = Array.from({ length: 1000 }, (_, number) => `vote ${number}`);
    // Of so many at once more are refused than wait (maxWaiting in database.ts): each round has hundreds fewer.
    for (let round = 0; round < 10 && keys.length > 0; round++) {
      const responses = await Promise.all(keys.map(vote));
      for (const { status, headers } of responses)
        expect([status, headers['retry-after']]).toEqual(status === 204 ? [204, undefined] : [503, '1']);
      keys = keys.filter((_, index) => responses[index]?.status === 503);
    }
    expect(keys).toEqual([]);
    expect((await questionsOf(2))[0].question_helpfulness).toBe(1000);
  });

  it('ignores its body, whatever it is', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const { status } = await service.call('/qa/answers/5/helpful/', {
      method: 'PUT',
      body: '{"junk',
      headers,
    });
    expect(status).toBe(204);
    expect((await answersOf(1)).find((answer: any) => answer.answer_id === 5).helpfulness).toBe(6);
  });

  it('names what changed', async () => {
    expect((await put('/qa/questions/8/helpful')).headers['x-changed']).toBe('product-2 question-8');
    expect((await put('/qa/answers/5/helpful')).headers['x-changed']).toBe('product-1 question-1');
  });

  it('stops at the last value of an integer', async () => {
    await service.sql('update qa.question set helpful = 2147483647 where question_id = 8');
    expect((await put('/qa/questions/8/helpful')).status).toBe(204);
    expect((await questionsOf(2))[0].question_helpfulness).toBe(2_147_483_647);
  });

  it.each(['questions/2', 'questions/999', 'answers/7', 'answers/9', 'answers/999'])(
    'knows no %s, which is reported, belongs to what is reported or never was',
    async thing => {
      expect((await put(`/qa/${thing}/helpful`)).status).toBe(404);
    },
  );
});

describe('PUT …/report', () => {
  it('hides a question, its answers, and both from votes', async () => {
    expect((await put('/qa/questions/1/report')).status).toBe(204);
    expect((await questionsOf(1)).map((question: any) => question.question_id)).not.toContain(1);
    expect((await service.call('/qa/questions/1/answers')).status).toBe(404);
    expect((await put('/qa/questions/1/helpful')).status).toBe(404);
    expect((await put('/qa/answers/5/helpful')).status).toBe(404);
    expect((await put('/qa/answers/5/report')).status).toBe(404);
  });

  it('hides an answer', async () => {
    expect((await put('/qa/answers/6/report')).status).toBe(204);
    expect((await answersOf(1)).map((answer: any) => answer.answer_id)).toEqual([5, 8]);
  });

  it.each(['questions/2', 'answers/7', 'answers/10'])(
    'is no error for %s, which is reported already',
    async thing => {
      expect((await put(`/qa/${thing}/report`)).status).toBe(204);
    },
  );

  it.each(['questions/999', 'answers/999'])('knows no %s', async thing => {
    expect((await put(`/qa/${thing}/report`)).status).toBe(404);
  });
});
