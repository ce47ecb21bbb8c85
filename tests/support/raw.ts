import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Answer } from '../../app/testing/http.ts';

export interface RawAnswer extends Answer {
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values as they came, repeated ones too. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
}

/** All that came back on one connection. */
export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** What came after them and is no whole answer, a character for each byte. */
  readonly rest: string;
  /** Until the last byte. */
  readonly took_ms: number;
}

/** So long without a byte counts as the end, in milliseconds. */
const silence_ms = 5000;

/** Sends the bytes as they are and reads until the server hangs up, or says nothing more for as long as `silence`, in milliseconds. */
export function exchange(
  port: number,
  bytes: Buffer | string,
  { isHead = false, silence = silence_ms } = {},
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const started_ms = performance.now();
    let ended_ms = started_ms;
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(silence_ms, () => socket.destroy());
    socket.on('data', chunk => {
      socket.setTimeout(silence); // it has begun to answer
      chunks.push(chunk);
      ended_ms = performance.now();
    });
    // It may hang up on what is still being sent, and has answered then.
    socket.on('error', error => {
      if (chunks.length === 0) reject(error);
    });
    socket.on('close', () => {
      const heard = Buffer.concat(chunks).toString('latin1');
      resolve({ ...answersIn(heard, isHead), took_ms: ended_ms - started_ms });
    });
  });
}

/** The answers in what was heard, a character for each byte; to HEAD none has a body. */
function answersIn(heard: string, isHead: boolean): Omit<Exchange, 'took_ms'> {
  const answers: RawAnswer[] = [];
  let rest = heard;
  for (let next = firstAnswer(rest, isHead); next; next = firstAnswer(rest, isHead)) {
    if (next.answer.status >= 200) answers.push(next.answer);
    rest = next.rest;
  }
  return { answers, rest };
}

function firstAnswer(heard: string, isHead: boolean): { answer: RawAnswer; rest: string } | undefined {
  const [head = '', status] = /^HTTP\/1\.[01] ([0-9]{3}).*?\r\n\r\n/s.exec(heard) ?? [];
  if (!head) return undefined;
  const rawHeaders = head
    .split('\r\n')
    .slice(1, -2)
    .map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
  const headers: Record<string, string> = Object.fromEntries(rawHeaders);
  const isBodiless = isHead || /^(1..|204|304)$/.test(status ?? '');
  const after = heard.slice(head.length);
  const body = isBodiless ? { bytes: '', length: 0 } : bodyIn(after, headers);
  if (!body) return undefined;
  const bytes = Buffer.from(body.bytes, 'latin1');
  const isGzip = headers['content-encoding'] === 'gzip' && !isBodiless;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString();
  return {
    answer: {
      status: Number(status),
      headers,
      rawHeaders,
      text,
      get json() {
        return JSON.parse(text);
      },
    },
    rest: after.slice(body.length),
  };
}

function bodyIn(after: string, headers: Readonly<Record<string, string>>) {
  if (headers['transfer-encoding'] === 'chunked') return chunkedIn(after);
  const length = Number(headers['content-length'] ?? after.length);
  return after.length < length ? undefined : { bytes: after.slice(0, length), length };
}

function chunkedIn(after: string): { bytes: string; length: number } | undefined {
  let bytes = '';
  let position = 0;
  for (;;) {
    const lineEnd = after.indexOf('\r\n', position);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(after.slice(position, lineEnd), 16);
    position = lineEnd + 2 + size + 2;
    if (!(position <= after.length)) return undefined;
    if (size === 0) return { bytes, length: position };
    bytes += after.slice(lineEnd + 2, lineEnd + 2 + size);
  }
}
