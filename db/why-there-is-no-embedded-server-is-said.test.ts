import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedFailure, embeddedOwner, isEmbeddedRunning, startEmbedded } from './embedded.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'elier-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failure = async (attempt: Promise<unknown>) => {
  const error = await attempt.then(
    () => undefined,
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(EmbeddedFailure);
  return error?.message;
};

it('the error says that the data folder cannot be written', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await failure(startEmbedded(join(file, 'data')))).toMatch(
    /^The embedded PostgreSQL cannot keep its data: .*\/file\/data.* cannot be written: not a directory\.$/,
  );
});

it('the error names the other version of the data', async () => {
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'PG_VERSION'), '9\n');
  expect(await failure(startEmbedded(folder))).toMatch(
    /^The data in .* is of PostgreSQL 9, but this is PostgreSQL [0-9]+: make reset TARGET=dev deletes the data\.$/,
  );
});

it('the error says that no server is running', async () => {
  expect(await failure(embeddedOwner(folder))).toBe(
    `No embedded PostgreSQL is running on ${folder}: start it with "make dev".`,
  );
});

it('the error shows the end of the log, which names an unknown setting', async () => {
  expect(await failure(startEmbedded(folder, ['no_such_setting=1']))).toMatch(
    /^The embedded PostgreSQL did not start\. Its log .* ends with:\n(?:.*\n)*.*no_such_setting/,
  );
});

it('concurrent starts and stops share one server', async () => {
  const servers = await Promise.all([1, 2, 3].map(() => startEmbedded(folder)));
  for (const { owner } of servers) expect(owner).toEqual(servers[0]?.owner);
  await Promise.all(servers.map(server => server.stop()));
  expect(await isEmbeddedRunning(folder)).toBe(false);
});
