import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: any;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON, unless it is text or bytes already. */
  readonly body?: unknown;
  /** For calls that share connections; without it each has its own. */
  readonly agent?: Agent;
  /** The address of another machine. */
  readonly host?: string;
}

/** One HTTP request, the path sent exactly as it is given. */
export function call(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, agent, host = '127.0.0.1' }: Call = {},
): Promise<HttpResponse> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
  const contentType = bytes === undefined ? {} : { 'Content-Type': 'application/json' };
  // Of a GET node:http would send the body, but not say that there is one.
  const isFramed = bytes === undefined || 'Transfer-Encoding' in headers;
  const framing = isFramed ? {} : { 'Content-Length': Buffer.byteLength(bytes) };
  return new Promise((resolve, reject) => {
    const options = {
      port,
      path,
      method,
      agent: agent ?? false,
      headers: { ...contentType, ...framing, ...headers },
      timeout: 10_000,
    };
    const outgoing = request({ host, ...options }, incoming => {
      const chunks: Buffer[] = [];
      incoming.on('data', chunk => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers } = incoming;
        resolve({
          status,
          headers,
          text,
          get json() {
            return JSON.parse(text);
          },
        });
      });
    });
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no response to ${method} ${path.slice(0, 80)} in 10 s`)),
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
