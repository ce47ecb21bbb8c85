import { exchange } from './support/raw.ts';
import { clientWith, newQuestion, port, request } from './support/stack.ts';

/** No other test writes questions about it, so that they fit on one page. */
const product = 19;
let question = 0;
let hidden = '';
beforeAll(async () => {
  question = await newQuestion(product);
  hidden = `PUT /qa/questions/${question}/helpful HTTP/1.1\r\nHost: a\r\n\r\n`;
});

const get = 'GET /products/1 HTTP/1.1\r\nHost: a\r\n';
const put = 'PUT /qa/answers/2147483647/helpful HTTP/1.1\r\nHost: a\r\n';
const post = 'POST /qa/questions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const options = 'OPTIONS /products HTTP/1.1\r\nHost: a\r\n';
const remove = 'DELETE /products/1 HTTP/1.1\r\nHost: a\r\n';

/** Framings whose end Nginx and the app might see at different bytes. */
const framings: Record<string, (rest: string) => string> = {
  'a body': rest => `Content-Length: ${rest.length}\r\n\r\n${rest}`,
  'a chunked body': rest => `Transfer-Encoding: chunked\r\n\r\n${chunk(rest)}0\r\n\r\n`,
  'a length, and chunks that end before it': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'chunks, and a length that ends before them': rest =>
    `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunk(rest)}0\r\n\r\n`,
  'no length, and chunks after another coding': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding that is none': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding in quotes': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n${rest}`,
  'a coding after a vertical tab': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding after a tab': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${rest}`,
  'two codings': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a space before the colon': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a folded coding': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding behind a bare CR': rest =>
    `Content-Length: ${rest.length + 5}\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding behind a bare LF': rest =>
    `Content-Length: ${rest.length + 5}\r\nX: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding behind a NUL': rest =>
    `Content-Length: ${rest.length + 5}\r\nX: a\0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'a coding with an underscore': rest =>
    `Content-Length: ${rest.length + 5}\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n${rest}`,
  'two lengths': rest => `Content-Length: ${rest.length}\r\nContent-Length: 0\r\n\r\n${rest}`,
  'two lengths, the other way': rest => `Content-Length: 0\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
  'two lengths in one line': rest => `Content-Length: 0, ${rest.length}\r\n\r\n${rest}`,
  'a length with a sign': rest => `Content-Length: +${rest.length}\r\n\r\n${rest}`,
  'a negative length': rest => `Content-Length: -1\r\n\r\n${rest}`,
  'a length in hexadecimal': rest => `Content-Length: 0x${rest.length.toString(16)}\r\n\r\n${rest}`,
  'a length past 64 bits': rest => `Content-Length: 18446744073709551616\r\n\r\n${rest}`,
  'a chunk past 64 bits': rest => `Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n${rest}`,
  'a chunk with a sign': rest => `Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n${rest}`,
  'a chunk in another notation': rest => `Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${rest}`,
  'an extension of a chunk': rest =>
    `Transfer-Encoding: chunked\r\n\r\n${rest.length.toString(16)};a="0"\r\n${rest}\r\n0\r\n\r\n`,
  'an extension behind a bare LF': rest =>
    `Transfer-Encoding: chunked\r\n\r\n${rest.length.toString(16)};a\n${rest}\r\n0\r\n\r\n`,
  'a trailer': rest =>
    `Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: ${rest.length}\r\nX: ${rest.trim().replaceAll('\r\n', '\r\nX: ')}\r\n\r\n`,
  'an upgrade': rest =>
    `Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
  'an expectation': rest => `Expect: 100-continue\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
  'an unknown expectation': rest => `Expect: x\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
  'a length that is a header of the connection': rest =>
    `Connection: Content-Length\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
};
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

const votes = async () => {
  const { json } = await request(`/qa/questions?product_id=${product}&count=500`);
  return json.results.find(({ question_id }: any) => question_id === question).question_helpfulness;
};

/** Sends uncached reads of different products, each of which must get its own response. */
async function expectOwnResponses(): Promise<void> {
  const client = clientWith(4);
  const ids = Array.from({ length: 40 }, (_, index) => 1 + index);
  const responses = await Promise.all(ids.map(id => client(`/products/${id}?uncached=%20`)));
  expect(responses.map(({ json }) => json.id)).toEqual(ids);
}

describe.each(Object.entries({ get, put, post, options, remove }))(
  'a vote hidden in a %s request with',
  (_method, head) => {
    it.each(Object.keys(framings))('%s is never executed', async framing => {
      const bytes = head + framings[framing]?.(hidden);
      const [{ responses, rest }] = await Promise.all([
        exchange(port, Buffer.from(bytes, 'latin1'), { silence_ms: 300 }),
        expectOwnResponses(),
      ]);
      expect([responses.length, rest]).toEqual([1, '']);
      expect(responses[0]?.status).toBeLessThan(500);
      expect(await votes()).toBe(0);
      await expectOwnResponses();
    });
  },
);

it('pipelined requests get their responses in order', async () => {
  const ids = [5, 3, 9, 1, 7];
  const bytes = ids.map(id => `GET /products/${id} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
  const { responses, rest } = await exchange(port, bytes, { silence_ms: 300 });
  expect(responses.map(({ json }) => json.id)).toEqual(ids);
  expect(rest).toBe('');
});

it('a response to HEAD has no body that hides in the next response', async () => {
  const bytes = `HEAD /products/1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n`;
  const { responses, rest } = await exchange(port, bytes, { silence_ms: 300, isHead: true });
  expect([responses.map(({ status }) => status), rest]).toEqual([[200, 404], '']);
});
