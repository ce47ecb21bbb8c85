import { InvalidArgumentError } from 'commander';

/** The API's address. Only this machine is allowed, because nobody else agreed to the load. */
export function apiFrom(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname)) return url;
  throw new InvalidArgumentError('It must be an http:// address on localhost or 127.0.0.1.');
}

/** The address of the user's own stack, which may be on another machine. */
export function stackFrom(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new InvalidArgumentError('It must be an http:// or https:// address.');
}
