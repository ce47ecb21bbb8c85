import { Random } from '../db/generate/random.ts';
import { texts } from './drill/hostile.ts';
import { newAnswer, newQuestion, request } from './support/stack.ts';

let question = 0;
beforeAll(async () => {
  question = await newQuestion();
});

async function read(id: number) {
  const { json } = await request(`/qa/questions/${question}/answers?count=500`);
  return json.results.find(({ answer_id }: any) => answer_id === id);
}

it.each(texts)('%j comes back unchanged', async text => {
  const name = [...text].slice(0, 60).join('');
  const { status, json } = await newAnswer(question, { body: text, name });
  expect(status).toBe(201);
  for (const { body, answerer_name } of [json, await read(json.answer_id)])
    expect([body, answerer_name]).toEqual([text, name]);
});

/** Random code points except NUL and surrogates, evenly over the lengths in UTF-8. */
function anyText(random: Random): string {
  const ranges = [
    [0x1, 0x7f],
    [0x80, 0x7ff],
    [0x800, 0xd7ff],
    [0xe000, 0xffff],
    [0x10000, 0x10ffff],
  ] as const;
  const codePoints = Array.from({ length: random.below(998) }, () => {
    const [first, last] = random.of(ranges);
    return first + random.below(last - first + 1);
  });
  return `a${String.fromCodePoint(...codePoints)}.`;
}

it('100 random texts come back unchanged', async () => {
  const random = new Random(1, 'texts');
  for (let index = 0; index < 100; index += 1) {
    const text = anyText(random.at(index));
    const { json } = await newAnswer(question, { body: text });
    expect((await read(json.answer_id)).body).toBe(text);
  }
}, 60_000);

it.each(['"a\\u0000b"', '"\\ud800"', '"\\udc00 x"', '"\\ud83d\\ud83d"'])(
  'JSON that is no valid text is refused: %s',
  async text => {
    const body = `{"body":${text},"name":"n","email":"e@mail.example"}`;
    const { status } = await request(`/qa/questions/${question}/answers`, { method: 'POST', body });
    expect(status).toBe(422);
  },
);

it.each(['\xed\xa0\x80', '\xc0\xaf', '\xe0\x80\xaf', '\xf5\x80\x80\x80', '\xff'])(
  'invalid UTF-8 is refused: the bytes %j',
  async bytes => {
    const body = Buffer.from(`{"body":"${bytes}","name":"n","email":"e@mail.example"}`, 'latin1');
    const { status } = await request(`/qa/questions/${question}/answers`, { method: 'POST', body });
    expect(status).toBe(400);
  },
);
