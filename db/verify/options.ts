import { InvalidArgumentError } from 'commander';

/** With the rows of this many products the process stays below 512 MiB. */
const maxProducts = 4000;

export function productsFrom(text: string): number {
  if (/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= maxProducts) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${maxProducts}.`);
}

export function seedFrom(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999999999999.');
}

/** The API's address. Only this machine is allowed, because nobody else agreed to the load. */
export function apiFrom(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname)) return url;
  throw new InvalidArgumentError('It must be an http:// address on localhost or 127.0.0.1.');
}
