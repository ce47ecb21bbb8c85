import { connect } from 'node:net';
import { port } from './support/stack.ts';

const host = 'Host: localhost\r\n';
const large = 'x'.repeat(70_000);
const post = `POST /qa/questions HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;

/** Requests with an unusual part, and their status. */
const requests: readonly [odd: string, status: number, bytes: string][] = [
  ['no unusual part', 200, `GET /products/1 HTTP/1.1\r\n${host}\r\n`],
  ['HTTP/1.0 with keep-alive', 200, `GET /products/1 HTTP/1.0\r\n${host}Connection: keep-alive\r\n\r\n`],
  ['a body of a GET', 200, `GET /products/1 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`],
  ['a preflight', 204, `OPTIONS /products HTTP/1.1\r\n${host}\r\n`],
  [
    'a chunked body of a PUT',
    400,
    `PUT /qa/answers/x/helpful HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  ],
  ['an id', 400, `GET /products/x HTTP/1.1\r\n${host}\r\n`],
  ['a NUL in the path', 400, `GET /%00 HTTP/1.1\r\n${host}\r\n`],
  ['a transfer coding', 400, `${post}Transfer-Encoding: gzip\r\n\r\n`],
  ['a hidden path', 404, `GET /metrics HTTP/1.1\r\n${host}\r\n`],
  ['an unknown path', 404, `GET /nothing HTTP/1.1\r\n${host}\r\n`],
  ['a method', 405, `DELETE /products HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`],
  ['an unknown method', 405, `FOO /products HTTP/1.1\r\n${host}\r\n`],
  ['TRACE', 405, `TRACE / HTTP/1.1\r\n${host}\r\n`],
  ['CONNECT', 405, `CONNECT a.example:1 HTTP/1.1\r\n${host}\r\n`],
  ['If-Match', 412, `GET /products/1 HTTP/1.1\r\n${host}If-Match: "x"\r\n\r\n`],
  ['If-Match without a value', 412, `GET /products/1 HTTP/1.1\r\n${host}If-Match:\r\n\r\n`],
  [
    'If-Unmodified-Since without a value',
    412,
    `GET /products/1 HTTP/1.1\r\n${host}If-Unmodified-Since:\r\n\r\n`,
  ],
  ['a large body', 413, `${post}Content-Length: ${large.length}\r\n\r\n${large}`],
  [
    'a large body of a GET',
    413,
    `GET /products HTTP/1.1\r\n${host}Content-Length: ${large.length}\r\n\r\n${large}`,
  ],
  ['a long URL', 414, `GET /products?${'x'.repeat(9000)} HTTP/1.1\r\n${host}\r\n`],
  [
    'a type',
    415,
    `POST /qa/questions HTTP/1.1\r\n${host}Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc`,
  ],
  ['a body', 422, `${post}Content-Length: 2\r\n\r\n{}`],
  ['a long header', 431, `GET /products/1 HTTP/1.1\r\n${host}X: ${'x'.repeat(9000)}\r\n\r\n`],
];

/** Sends a request, and another once the response has started. Returns the Connection header and the statuses. */
function exchangeTwo(bytes: string): Promise<{ connection: string; statuses: number[] }> {
  return new Promise(resolve => {
    let received = '';
    let connection = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', data => {
      received += data;
      if (connection) return;
      connection = /^connection: (.*)\r\n/im.exec(received)?.[1] ?? '';
      // By then Nginx would have closed the connection.
      if (connection)
        setTimeout(() => socket.write(`GET /products/1 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`), 200);
    });
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
      resolve({ connection, statuses });
    });
  });
}

it.each(requests)(
  'a request with %s gets %d, and Connection says whether Nginx hangs up',
  async (_odd, status, bytes) => {
    const { connection, statuses } = await exchangeTwo(bytes);
    expect({ connection, statuses }).toEqual(
      connection === 'close'
        ? { connection, statuses: [status] }
        : { connection: 'keep-alive', statuses: [status, 200] },
    );
  },
);
