import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Checkout, copyCheckout, type Run } from './testing/checkout.ts';
import { call } from './testing/http.ts';
import { freePort } from './testing/port.ts';

jest.setTimeout(60_000);

let checkout: Checkout;
beforeAll(() => {
  checkout = copyCheckout();
});
afterAll(() => checkout.remove());

/** As if the packages were installed: the copy shares those of this checkout. */
const installed = ['-o', 'node_modules/.installed'];

const make = (...words: string[]): Promise<{ status: number; out: string; error: string }> =>
  new Promise(resolve => {
    const { PATH, HOME } = process.env;
    execFile(
      'make',
      [...installed, ...words],
      { cwd: checkout.folder, env: { PATH, HOME } },
      (error, out, stderr) => resolve({ status: Number(error?.code ?? 0), out, error: stderr }),
    ).stdin?.end();
  });

describe('while make dev runs', () => {
  let dev: Run;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    dev = checkout.start('app/dev.ts', { PORT: String(port) });
    await dev.says('Ready after');
  });
  afterAll(async () => {
    dev.child.kill('SIGTERM');
    await dev.ended;
  });

  const questions = async () =>
    (await call(port, '/qa/questions?product_id=1&count=500')).json.results.map(
      (question: { question_body: string }) => question.question_body,
    );
  const ask = (body: string) =>
    call(port, '/qa/questions', {
      method: 'POST',
      body: { product_id: 1, body, name: 'me', email: 'me@mail.example' },
    });

  it('refuses without a confirmation when there is no terminal, and changes nothing', async () => {
    expect((await ask('Is this kept?')).status).toBe(201);
    const { status, error } = await make('reset', 'TARGET=dev');
    expect(error).toMatch(/^make reset TARGET=dev deletes all data of make dev .*: add CONFIRM=yes .*\.$/m);
    expect(status).toBe(2);
    expect(await questions()).toContain('Is this kept?');
  });

  it('deletes what was written and brings the sample back, and make dev serves on', async () => {
    const sample = (await questions()).filter((body: string) => body !== 'Is this kept?');
    const { out } = await make('reset', 'TARGET=dev', 'CONFIRM=yes');
    expect(out).toMatch(/^All data is deleted: the database holds a sample of [0-9]+ rows\.\n$/);
    expect(await questions()).toEqual(sample);
    expect((await ask('And now?')).status).toBe(201);
    expect(await questions()).toContain('And now?');
  });

  it('make psql sees the tables of both services without their schemas', async () => {
    const out = execFileSync('make', [...installed, 'psql', 'TARGET=dev'], {
      cwd: checkout.folder,
      env: { PATH: process.env.PATH },
      input: '\\pset format unaligned\nselect count(*) from product; select count(*) > 0 from question;',
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(out).toMatch(/^1000$[\s\S]*^t$/m);
  });
});

it('deletes the data folder when make dev does not run, whatever state it is in', async () => {
  expect(existsSync(checkout.data)).toBe(true);
  const { out } = await make('reset', 'TARGET=dev', 'CONFIRM=yes');
  expect(out).toBe('All data of make dev is deleted: its next start makes the sample.\n');
  expect(existsSync(checkout.data)).toBe(false);
  expect(await make('psql', 'TARGET=dev')).toMatchObject({
    error: expect.stringContaining('No embedded PostgreSQL is running on'),
  });
});
