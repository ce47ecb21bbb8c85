import { refusal } from './support/nginx-with-settings.ts';

it.each([
  ['WRITE_RATE', '0', 'WRITE_RATE must be a whole number from 1 to 999999, not "0".'],
  ['CACHE_ANSWERS', '400001', 'CACHE_ANSWERS must be a whole number from 1000 to 400000, not "400001".'],
  ['WRITE_BURST', 'many', 'WRITE_BURST must be a whole number from 1 to 999999, not "many".'],
  [
    'CORS_ORIGIN',
    'shop.example',
    'CORS_ORIGIN must be * or origins such as https://shop.example, separated by commas or blanks, not "shop.example".',
  ],
  [
    'CORS_ORIGIN',
    'https://shop.example *',
    'CORS_ORIGIN must be * or origins such as https://shop.example, separated by commas or blanks, not "*".',
  ],
  [
    'REAL_IP_FROM',
    'proxy',
    'REAL_IP_FROM must be IP addresses or networks, separated by commas or blanks, not "proxy".',
  ],
  [
    'REAL_IP_FROM',
    'abc',
    'REAL_IP_FROM must be IP addresses or networks, separated by commas or blanks, not "abc".',
  ],
  [
    'REAL_IP_FROM',
    '10.0.0.256',
    'REAL_IP_FROM must be IP addresses or networks, separated by commas or blanks, not "10.0.0.256".',
  ],
  [
    'SERVER_NAMES',
    'a..b',
    'SERVER_NAMES must be host names without a port, separated by commas or blanks, not "a..b".',
  ],
  [
    'SERVER_NAMES',
    '*',
    'SERVER_NAMES must be host names without a port, separated by commas or blanks, not "*".',
  ],
  [
    'SERVER_NAMES',
    'shop.example a;b',
    'SERVER_NAMES must be host names without a port, separated by commas or blanks, not "a;b".',
  ],
  [
    'LOADER_IO_TOKEN',
    'loaderio-a;b',
    'LOADER_IO_TOKEN must be the token that Loader.io shows, letters and digits, not "loaderio-a;b".',
  ],
])('%s=%s stops Nginx with a sentence', async (name, value, sentence) => {
  const { code, lastLine } = await refusal({ [name]: value });
  expect(lastLine).toBe(sentence);
  expect(code).toBe(1);
});
