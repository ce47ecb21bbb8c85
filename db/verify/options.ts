import { InvalidArgumentError } from 'commander';

/** With what the files hold of so many, the process stays below 512 MiB. */
const mostProducts = 4000;

export function productsFrom(text: string): number {
  if (/^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= mostProducts) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostProducts}.`);
}

export function seedFrom(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at most 15 digits and not negative.');
}

/** The API's address; only one on this machine, as no other asked for the load. */
export function apiFrom(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname)) return url;
  throw new InvalidArgumentError('It must be an http:// address on localhost or 127.0.0.1.');
}
