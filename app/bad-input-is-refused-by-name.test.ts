import { connect } from 'node:net';
import type { Call } from './testing/http.ts';
import { startTestService, type TestService } from './testing/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function expectProblem(status: number, path: string, call: Call = {}, detail: string | RegExp = /./) {
  const response = await service.call(path, call);
  expect([path.slice(0, 80), response.status, response.headers['content-type']]).toEqual([
    path.slice(0, 80),
    status,
    'application/problem+json; charset=utf-8',
  ]);
  expect(response.json).toMatchObject({
    type: 'about:blank',
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(detail),
  });
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  expect(response.headers['x-accel-expires']).toBeUndefined();
  return response.json;
}

const badIds = [
  'x',
  '0',
  '-1',
  '+1',
  '2147483648',
  '1e3',
  '0x10',
  '1.0',
  '01',
  '%201',
  '1%20',
  '1%2F2',
  '١',
  '1%20or%201=1',
  '%00',
  '99999999999',
].map(id => (id === '١' ? encodeURIComponent(id) : id));

describe.each([
  '/products/:id',
  '/products/:id/styles',
  '/products/:id/related',
  '/qa/questions/:id/answers',
])('GET %s', path => {
  it.each(badIds)('refuses %s', async id => {
    await expectProblem(400, path.replace(':id', id), {}, /^(product|question)_id must be a whole number/);
  });
});

it.each(['/products#', '/products?page=1#', '/products\\1#', '/metrics\\#x'])(
  'refuses GET %s, which has a fragment',
  async path => {
    await expectProblem(400, path, {}, /fragment/);
  },
);

describe.each([
  '/qa/questions/:id/helpful',
  '/qa/questions/:id/report',
  '/qa/answers/:id/helpful',
  '/qa/answers/:id/report',
])('PUT %s', path => {
  it.each(badIds)('refuses %s', async id => {
    await expectProblem(400, path.replace(':id', id), { method: 'PUT' }, /_id must be a whole number/);
  });
});

describe.each(['/products?', '/qa/questions?product_id=1&', '/qa/questions/1/answers?'])('GET %s', path => {
  const bad = new Set([...badIds.map(encodeURIComponent), ...badIds]);
  it.each([...bad])('refuses page %s', async value => {
    await expectProblem(400, `${path}page=${value}`, {}, /^page must be/);
  });

  it.each([...bad].filter(value => !/^[0-9]+$/.test(value)))('refuses count %s', async value => {
    await expectProblem(400, `${path}count=${value}`, {}, /^count must be a whole number/);
  });

  it('refuses a page past 2^31 and a parameter given twice', async () => {
    await expectProblem(400, `${path}page=2147483647&count=500`, {}, /^page is too deep/);
    await expectProblem(400, `${path}page=1&page=1`, {}, /^page is given more than once/);
    await expectProblem(400, `${path}count=5&p%61ge=1&page=2`, {}, /^page is given more than once/);
    await expectProblem(400, `${path}${'a&'.repeat(2000)}page=1&page=`, {}, /^page is given more than once/);
  });

  it('answers the deepest page there can be', async () => {
    expect((await service.call(`${path}page=4294968&count=500`)).status).toBe(200);
    expect((await service.call(`${path}page=2147483647&count=1`)).status).toBe(200);
  });
});

describe('GET /qa/questions', () => {
  it.each([
    '',
    '?product_id=',
    '?product_id=undefined',
    '?PRODUCT_ID=1',
    '?product_id=1&product_id=1',
    ...badIds.map(id => `?product_id=${id}`),
  ])('refuses %s', async query => void (await expectProblem(400, `/qa/questions${query}`, {}, /product_id/)));
});

describe('an unknown route', () => {
  it.each(['/', '/Products', '/products/1/reviews', '/products//1', '//products', '/qa', '/favicon.ico'])(
    '%s',
    async path => void (await expectProblem(404, path)),
  );
});

describe('a body', () => {
  const good = { body: 'A text', name: 'A name', email: 'a@mail.example' };
  const question = { ...good, product_id: 1 };
  const rules = async (path: string, body: unknown) => {
    const { errors } = await expectProblem(422, path, { method: 'POST', body });
    return errors.map(({ pointer }: { pointer: string }) => pointer);
  };
  const ask = '/qa/questions';
  const answer = '/qa/questions/1/answers';

  it.each(['', '{', 'undefined', "{'a':1}", Buffer.from([0x22, 0xff, 0x22])])(
    'that is not JSON: %p',
    async body => void (await expectProblem(400, ask, { method: 'POST', body }, /not JSON/)),
  );

  it('that is JSON but no object', async () => {
    for (const body of ['[]', 'null', '1', '"text"', 'true', '['.repeat(30_000) + ']'.repeat(30_000)]) {
      expect(await rules(ask, body)).toEqual(['']);
    }
  });

  it('without what is required, each named', async () => {
    expect(await rules(ask, {})).toEqual(['/body', '/name', '/email', '/product_id']);
    expect(await rules(answer, {})).toEqual(['/body', '/name', '/email']);
  });

  it('whose texts are of the wrong type, too long, empty, white space, or unstorable', async () => {
    for (const field of ['body', 'name', 'email']) {
      const longest = field === 'body' ? 1000 : 60;
      for (const value of [
        1,
        null,
        [],
        {},
        true,
        '',
        ' \n\t\u3000',
        'x'.repeat(longest + 1),
        '👟'.repeat(longest + 1),
        'a\0b',
        'a\ud800b',
      ]) {
        expect(await rules(answer, { ...good, [field]: value })).toEqual([`/${field}`]);
      }
    }
    expect(await rules(answer, { ...good, body: 'x'.repeat(2000), name: '' })).toEqual(['/body', '/name']);
  });

  it('whose e-mail address is none', async () => {
    for (const email of [
      'a',
      'a@',
      '@b.example',
      'a b@c.example',
      'a@b.example\n',
      'a@b@c.example',
      `${'x'.repeat(60)}@b.example`,
    ]) {
      expect(await rules(ask, { ...question, email })).toEqual(['/email']);
    }
  });

  it('whose product_id is none', async () => {
    for (const product_id of [
      0,
      -1,
      1.5,
      2147483648,
      '0',
      '01',
      ' 1',
      '1e3',
      '2147483648',
      '',
      null,
      [1],
      true,
    ]) {
      expect(await rules(ask, { ...question, product_id })).toEqual(['/product_id']);
    }
  });

  it('whose photos are none', async () => {
    expect(await rules(answer, { ...good, photos: 'https://a.example' })).toEqual(['/photos']);
    expect(await rules(answer, { ...good, photos: null })).toEqual(['/photos']);
    expect(await rules(answer, { ...good, photos: Array(6).fill('https://a.example') })).toEqual(['/photos']);
    expect(await rules(answer, { ...good, photos: Array(101).fill('blob:x') })).toEqual(['/photos']);
    for (const url of [1, null, `https://a.example/${'x'.repeat(2083)}`, 'https://a.example/\0', 'blob:\0']) {
      expect(await rules(answer, { ...good, photos: ['https://a.example', url] })).toEqual(['/photos/1']);
    }
    const tooMany = { ...good, name: '', photos: Array(6).fill('https://a.example') };
    expect(await rules(answer, tooMany)).toEqual(['/name', '/photos']);
  });

  it('with a NUL or a lone surrogate anywhere, also where nobody reads', async () => {
    expect(await rules(ask, { ...question, more: { 'a/b~': ['fine', 'not\0fine'] } })).toEqual([
      '/more/a~1b~0/1',
    ]);
    expect(
      await rules(ask, '{"body":"b","name":"n","email":"a@mail.example","product_id":1,"\\ud800":1}'),
    ).toEqual(['']);
  });

  it('with thousands of them in a value that takes long to point to, in little time and few words', async () => {
    const wide = { ['~'.repeat(8_300)]: Array(6_000).fill('\0') };
    const deep = (levels: number): unknown =>
      levels === 0 ? 1 : { a: '\0', ['~'.repeat(15)]: deep(levels - 1) };
    for (const more of [wide, deep(1_500)]) {
      const started_ms = performance.now();
      const { text } = await service.call(ask, { method: 'POST', body: { ...question, more } });
      expect(JSON.parse(text).errors[0].pointer).toMatch(/^\/more/);
      expect(text.length).toBeLessThan(20_000);
      expect(performance.now() - started_ms).toBeLessThan(1_000);
    }
  });

  it('takes what looks odd but is good', async () => {
    for (const text of [
      'x',
      '👟'.repeat(60),
      'مرحبا',
      '\u202eabc',
      "'; drop table qa.question; --",
      '__proto__',
    ]) {
      const { status, json } = await service.call(answer, {
        method: 'POST',
        body: { ...good, body: text, name: text },
      });
      expect([status, json.body, json.answerer_name]).toEqual([201, text, text]);
    }
    const pollution =
      '{"__proto__":{"photos":1},"constructor":1,"body":"b","name":"n","email":"a@mail.example"}';
    expect((await service.call(answer, { method: 'POST', body: pollution })).status).toBe(201);
  });

  it('over 64 KiB, or not JSON by its own word', async () => {
    const body = { ...good, more: 'x'.repeat(66_000) };
    await expectProblem(413, answer, { method: 'POST', body }, /64 KiB/);
    await expectProblem(
      413,
      answer,
      { method: 'POST', body, headers: { 'Transfer-Encoding': 'chunked' } },
      /64 KiB/,
    );
    for (const type of ['text/plain', 'application/json; charset=latin1', 'application/jsonp', '']) {
      await expectProblem(
        415,
        answer,
        { method: 'POST', body: good, headers: { 'Content-Type': type } },
        /JSON/,
      );
    }
    await expectProblem(
      415,
      answer,
      { method: 'POST', body: good, headers: { 'Content-Encoding': 'gzip' } },
      /JSON/,
    );
  });

  it('that is made to be slow to check or long to refuse: in no time, and in few words', async () => {
    const a = 'a'.repeat(64_000);
    const slow = [
      `${a}\0`,
      `${' '.repeat(64_000)}\0`,
      `${a}@`,
      `a@${a}!`,
      `a@${'a.'.repeat(32_000)}!`,
      `${'a.'.repeat(32_000)}!`,
    ];
    const attacks: object[] = slow.flatMap(text => [
      { ...good, body: text },
      { ...good, email: text },
    ]);
    attacks.push({ ...good, photos: [`https://${slow[0]}`] });
    attacks.push({ ...good, photos: [`https://a.example/${a}`] });
    attacks.push({ ...good, photos: Array(30_000).fill(0) });
    attacks.push({ ...good, ...Object.fromEntries(Array.from({ length: 4000 }, (_, key) => [key, '\0'])) });
    for (const body of attacks) {
      const asked = performance.now();
      const { status, text } = await service.call(answer, { method: 'POST', body });
      expect(status).toBe(422);
      expect(text.length).toBeLessThan(4000);
      expect(performance.now() - asked).toBeLessThan(1000);
    }
  });

  it('is checked before what it names is looked for', async () => {
    expect(await rules('/qa/questions/999/answers', {})).toEqual(['/body', '/name', '/email']);
    expect(await rules(ask, { ...question, product_id: 7, body: '' })).toEqual(['/body']);
  });

  it('that breaks a rule has changed nothing', async () => {
    const before = await service.sql('select count(*) from qa.question');
    await rules(ask, { ...question, body: '' });
    expect(await service.sql('select count(*) from qa.question')).toEqual(before);
  });
});

it('a URL or a header over 8 KiB, also far over, and headers over 16 KiB', async () => {
  for (const length of [8 * 1024, 100_000]) {
    await expectProblem(414, `/products/${'1'.repeat(length)}`, {}, /8 KiB/);
    await expectProblem(431, '/products/1', { headers: { 'X-Large': 'x'.repeat(length) } }, /8 KiB/);
  }
  const many = Object.fromEntries(['A', 'B', 'C'].map(name => [`X-${name}`, 'x'.repeat(6000)]));
  await expectProblem(431, '/products/1', { headers: many }, /16 KiB/);
});

describe('what is not HTTP', () => {
  const say = (text: string) =>
    new Promise<string>((resolve, reject) => {
      let heard = '';
      const socket = connect(service.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', data => {
        heard += data;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(heard));
    });

  it('is a 400 problem, and the connection ends', async () => {
    const response = await say('GARBAGE\r\n\r\n');
    expect(response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(response).toContain('application/problem+json');
    expect(response).toMatch(/X-Request-Id: [0-9a-f]{32}/);
  });
});

it('leaves no connection to the database checked out', async () => {
  const paths = [
    '/products/x',
    '/products/0',
    '/qa/questions',
    '/products?count=x',
    '/nothing',
    '/products/%00',
    '/%zz',
  ];
  for (let round = 0; round < 300; round += 1) {
    const responses = await Promise.all(paths.map(path => service.call(path)));
    for (const { status } of responses) expect([400, 404]).toContain(status);
  }
  const { text } = await service.call('/metrics');
  const [, open] = /database_connections\{state="open"\} (\d+)/.exec(text) ?? [];
  const [, idle] = /database_connections\{state="idle"\} (\d+)/.exec(text) ?? [];
  expect(Number(open)).toBeLessThanOrEqual(8);
  expect(idle).toBe(open);
  expect((await service.call('/products/1')).status).toBe(200);
});
