import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Checkout, copyCheckout } from './testing/checkout.ts';
import { freePort } from './testing/port.ts';

jest.setTimeout(60_000);

let checkout: Checkout;
beforeAll(() => {
  checkout = copyCheckout();
});
afterAll(() => checkout.remove());

const dev = (settings: Record<string, string>) => checkout.start('app/dev.ts', settings);

it.each([
  [{ PORT: '70000' }, 'PORT must be a whole number from 1 to 65535, not "70000".\n'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of error, warn, info, debug, not "loud".\n'],
])('make dev ends in a sentence with a wrong setting: %j', async (settings, said) => {
  expect(await dev(settings).ended).toEqual({ status: 1, said });
});

it('make dev ends in a sentence when its port is taken, by another make dev too', async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as AddressInfo;
  const { status, said } = await dev({ PORT: String(port) }).ended;
  other.close();
  expect(said).toMatch(new RegExp(`\nPORT ${port} is taken by another program: .*\\.\n$`));
  expect(status).toBe(1);
});

it('make dev serves beside another one on another port', async () => {
  const both = [dev({ PORT: String(await freePort()) }), dev({ PORT: String(await freePort()) })];
  await Promise.all(both.map(run => run.says('Ready after')));
  for (const { child } of both) child.kill('SIGTERM');
  expect((await Promise.all(both.map(({ ended }) => ended))).map(({ status }) => status)).toEqual([0, 0]);
});

it('make dev ends in a sentence when a migration fails', async () => {
  writeFileSync(join(checkout.folder, 'db/migrations/990_note.sql'), 'selekt 1');
  const { status, said } = await dev({ PORT: String(await freePort()) }).ended;
  expect(said).toBe(
    'Migration 990_note.sql failed at line 1 and changed nothing: syntax error at or near "selekt".\n',
  );
  expect(status).toBe(1);
});
