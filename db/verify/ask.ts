import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Found } from './difference.ts';
import { VerifyFailure } from './failure.ts';

/** Where the API is, and the Host header to send, if it is not the address's. */
export interface Api {
  readonly url: URL;
  readonly host?: string | undefined;
}

const patience_ms = 30_000;
const agent = new Agent({ keepAlive: true });

/**
 * The API's response to a GET. `retryAfter_s` is NaN unless the answer says when to ask again. Throws VerifyFailure when
 * there is no answer.
 */
export async function ask(api: Api, path: string): Promise<Found & { readonly retryAfter_s: number }> {
  try {
    return await answerTo(api, path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new VerifyFailure(
      `The API at ${api.url.origin} does not answer GET ${path} (${code ?? message}).`,
      {
        cause,
      },
    );
  }
}

/** With node:http: fetch sets the Host header itself. */
function answerTo({ url, host }: Api, path: string): ReturnType<typeof ask> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patience_ms);
    const request = get(new URL(path, url), { agent, signal, headers: host ? { Host: host } : {} });
    request.once('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection in the moment it was used again.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(answerTo({ url, host }, path));
      else reject(error);
    });
    request.once('response', response => {
      const { statusCode: status = 0, headers } = response;
      const retryAfter_s = Number(headers['retry-after'] ?? Number.NaN);
      text(response).then(body => resolve({ status, body, retryAfter_s }), reject);
    });
  });
}
