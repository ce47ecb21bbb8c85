import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import type { Found } from './difference.ts';
import { VerifyFailure } from './failure.ts';

/** The address of the API, and the Host header to send if the API expects another than its address. */
export interface Api {
  readonly url: URL;
  readonly host?: string | undefined;
}

const timeout_ms = 30_000;
const options = { keepAlive: true };
/** The certificate is not checked: it names the shop, and the address may be a container's. The responses are what is compared. */
const agents = {
  http: new http.Agent(options),
  https: new https.Agent({ ...options, rejectUnauthorized: false }),
};

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
    const to = { signal, headers: host ? { Host: host } : {} };
    const request =
      url.protocol === 'https:'
        ? https.get(new URL(path, url), { ...to, agent: agents.https, ...(host && { servername: host }) })
        : http.get(new URL(path, url), { ...to, agent: agents.http });
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
