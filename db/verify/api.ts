import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Found } from './difference.ts';
import { VerifyFailure } from './failure.ts';

/** The address of the API, and the Host header to send if the API expects another than its address. */
export interface Api {
  readonly url: URL;
  readonly host?: string | undefined;
}

const timeout_ms = 30_000;
const agent = new Agent({ keepAlive: true });

/**
 * The API's response to a GET request. `retryAfter_s` is NaN without a Retry-After header. Throws VerifyFailure when no
 * response arrives.
 */
export async function getFrom(api: Api, path: string): Promise<Found & { readonly retryAfter_s: number }> {
  try {
    return await send(api, path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new VerifyFailure(
      `The API at ${api.url.origin} does not respond to GET ${path} (${code ?? message}).`,
      { cause },
    );
  }
}

/** Uses node:http because fetch does not let its caller set the Host header. */
function send({ url, host }: Api, path: string): ReturnType<typeof getFrom> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout_ms);
    const request = get(new URL(path, url), { agent, signal, headers: host ? { Host: host } : {} });
    request.once('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection at the moment of its reuse.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(send({ url, host }, path));
      else reject(error);
    });
    request.once('response', response => {
      const { statusCode: status = 0, headers } = response;
      const retryAfter_s = Number(headers['retry-after'] ?? Number.NaN);
      text(response).then(body => resolve({ status, body, retryAfter_s }), reject);
    });
  });
}
