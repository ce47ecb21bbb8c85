import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { HttpResponse } from '../../app/testing/http.ts';

export interface RawResponse extends HttpResponse {
  readonly headers: Readonly<Record<string, string>>;
  /** All header lines in order, with repeated names. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
}

/** All bytes received on one connection. */
export interface Exchange {
  readonly responses: readonly RawResponse[];
  /** Bytes after the last complete response, one character per byte. */
  readonly rest: string;
  /** Time to the last byte. */
  readonly took_ms: number;
}

/** A connection ends after this time without a byte. */
const maxSilence_ms = 5000;

/** Sends raw bytes and reads until the server closes the connection, or sends nothing for `silence_ms`. */
export function exchange(
  port: number,
  bytes: Buffer | string,
  { isHead = false, silence_ms = maxSilence_ms } = {},
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const started_ms = performance.now();
    let ended_ms = started_ms;
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(maxSilence_ms, () => socket.destroy());
    socket.on('data', chunk => {
      socket.setTimeout(silence_ms);
      chunks.push(chunk);
      ended_ms = performance.now();
    });
    // A server may respond and close the connection before it has read the whole request.
    socket.on('error', error => {
      if (chunks.length === 0) reject(error);
    });
    socket.on('close', () => {
      const received = Buffer.concat(chunks).toString('latin1');
      resolve({ ...responsesIn(received, isHead), took_ms: ended_ms - started_ms });
    });
  });
}

/** Parses responses, one character per byte. A response to HEAD has no body. */
function responsesIn(received: string, isHead: boolean): Omit<Exchange, 'took_ms'> {
  const responses: RawResponse[] = [];
  let rest = received;
  for (let next = firstResponse(rest, isHead); next; next = firstResponse(rest, isHead)) {
    if (next.response.status >= 200) responses.push(next.response);
    rest = next.rest;
  }
  return { responses, rest };
}

function firstResponse(
  received: string,
  isHead: boolean,
): { response: RawResponse; rest: string } | undefined {
  const [head = '', status] = /^HTTP\/1\.[01] ([0-9]{3}).*?\r\n\r\n/s.exec(received) ?? [];
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
  const after = received.slice(head.length);
  const body = isBodiless ? { bytes: '', length: 0 } : bodyIn(after, headers);
  if (!body) return undefined;
  const bytes = Buffer.from(body.bytes, 'latin1');
  const isGzip = headers['content-encoding'] === 'gzip' && !isBodiless;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString();
  return {
    response: {
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
