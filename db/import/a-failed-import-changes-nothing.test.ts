import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { silent } from '../progress.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { emptyFolder } from '../testing/temporary-folder.ts';
import type { ImportRequest } from './import-folder.ts';
import { catalogueFolder, fullFolder, importFrom, readList } from './testing/data-folder.ts';
import { mountSmallDisk } from './testing/small-disk.ts';

const unchanged = '; the served data is unchanged.';
const products = (name: string, count = 2) =>
  Array.from({ length: count }, (_, index) => `${index + 1},"${name}","s","d","c",1`);
const manySkus = Array.from({ length: 30_000 }, (_, index) => `${index + 1},1,"XL",1`);

let database: TestDatabase;
let client: Client;
let served: string;
let next: string;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.connect();
  served = await catalogueFolder({ 'product.csv': products('served') });
  next = await catalogueFolder({
    'product.csv': products('next', 8_000),
    'styles.csv': ['1,1,"n",null,1,0'],
    'skus.csv': manySkus,
  });
  await load(served);
});

afterAll(() => database.drop());

afterEach(async () => {
  const { rows } = await client.query(
    `select distinct summary::json ->> 'name' as name from catalogue.product`,
  );
  expect(rows).toEqual([{ name: 'served' }]);
  const schemas = await client.query(`select nspname from pg_namespace where nspname ~ '_(next|old)$'`);
  expect(schemas.rows).toEqual([]);
});

const load = (folder: string, more: Partial<ImportRequest> = {}) => importFrom(folder, database.owner, more);

describe('an import fails for a folder', () => {
  test('that does not exist', () =>
    expect(load('/nowhere')).rejects.toThrow(`The folder /nowhere cannot be read (ENOENT)${unchanged}`));

  test('without data files', () =>
    expect(load(import.meta.dirname)).rejects.toThrow(
      /holds none of the data files product\.csv, features\.csv/,
    ));

  test('with an incomplete set', async () => {
    const folder = await fullFolder({ 'product.csv': products('x') });
    await rm(join(folder, 'skus.csv'));
    await rm(join(folder, 'photos.csv'));
    await expect(load(folder)).rejects.toThrow(
      `The folder ${folder} holds the catalogue without photos.csv, skus.csv${unchanged}`,
    );
  });

  test.each([
    ['id,answerd,url', 'has no column answer_id; the nearest name is "answerd"'],
    ['id;answer_id;url', 'has no column id; the nearest name is "id;answer_id;url"'],
    ['id,url', 'has no column answer_id'],
    ['id,answer_id,url,URL', 'has two columns named "url"'],
    ['id,answer_id,url,Answer ID', 'has two columns named "answer_id"'],
    ['id,answer_id,url,note, NOTE', 'has two columns named "NOTE"'],
    ['id,answer_id,"url', 'has a misplaced quote in its header line'],
    ['', 'does not start with a header line'],
  ])('whose last file starts with %j', async (header, problem) => {
    const folder = await fullFolder({ 'product.csv': products('x') });
    await writeFile(join(folder, 'answers_photos.csv'), `${header}\n1,1,"u"`);
    await expect(load(folder)).rejects.toThrow(`answers_photos.csv ${problem}${unchanged}`);
  });

  test('with an empty file, a folder in place of a file, or one file under both its names', async () => {
    const folder = await fullFolder({ 'product.csv': products('x') });
    await writeFile(join(folder, 'skus.csv'), '');
    await expect(load(folder)).rejects.toThrow(`skus.csv does not start with a header line${unchanged}`);
    await rm(join(folder, 'skus.csv'));
    await mkdir(join(folder, 'skus.csv'));
    await expect(load(folder)).rejects.toThrow(
      `The folder ${folder} holds the catalogue without skus.csv${unchanged}`,
    );
    await writeFile(join(folder, 'products.csv'), '');
    await expect(load(folder)).rejects.toThrow(
      `The folder ${folder} holds one file twice, as product.csv and products.csv${unchanged}`,
    );
  });
});

describe('an import fails for a database', () => {
  test('that cannot be reached', () =>
    expect(load(next, { owner: { ...database.owner, port: 1 } })).rejects.toThrow(
      /The database cannot be reached \(.*ECONNREFUSED.*\); the served/,
    ));

  test('that has no schema', () =>
    expect(load(next, { owner: { ...database.owner, database: 'postgres' } })).rejects.toThrow(
      `The database has no schema yet: run make up, or make dev, to create it${unchanged}`,
    ));

  test('that is migrated during the import', async () => {
    const migrate = (number: number) =>
      client.query('update public.migration set number = number + $1', [number]);
    let migrating: Promise<unknown> | undefined;
    const begin = () => {
      migrating ??= migrate(100);
    };
    await expect(load(next, { progress: { ...silent, begin } })).rejects.toThrow(
      `The schema was migrated while the import ran${unchanged}`,
    );
    await migrating;
    await migrate(-100);
  });

  test('that ends the connection amid a file', async () => {
    const endings: Promise<unknown>[] = [];
    const advance = () => {
      endings[0] ??= client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'elier import' and datname = current_database()`,
      );
    };
    await expect(load(next, { progress: { ...silent, advance } })).rejects.toThrow(
      /^The import failed \(.*\); the served data is unchanged\.$/,
    );
  });
});

test('a second import at the same time is refused at once', async () => {
  let second: Promise<unknown> | undefined;
  const begin = () => {
    second ??= expect(load(served)).rejects.toThrow(`Another import is running${unchanged}`);
  };
  await load(served, { progress: { ...silent, begin } });
  expect(second).toBeDefined();
  await second;
});

const smallDisk = mountSmallDisk();
(smallDisk ? test : test.skip)('an import fails for a database whose disk is full', async () => {
  await client.query(`create tablespace small location '${smallDisk}'`);
  await client.query(`alter database ${database.owner.database} set default_tablespace = small`);
  await expect(load(next)).rejects.toThrow(`The database's disk is full${unchanged}`);
  await client.query(`alter database ${database.owner.database} reset default_tablespace`);
  await client.query('drop tablespace small');
});

describe('an import fails for a list of rejected lines', () => {
  test('that cannot be written, before it reads anything', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'file'), '');
    for (const [rejects, code] of [
      [folder, 'EISDIR'],
      [join(folder, 'file', 'rejects.csv'), 'ENOTDIR'],
    ] as const)
      await expect(load('/nowhere', { rejects })).rejects.toThrow(
        `The list ${rejects} cannot be written (${code})${unchanged}`,
      );
  });

  /** Runs `act` as nobody, because root may write everywhere. */
  async function unprivileged(act: () => Promise<unknown>): Promise<void> {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    await act().finally(() => isRoot && process.seteuid?.(0));
  }

  test.each([
    ['that another user made', 0o777, 0o444],
    ['in a folder that another user made', 0o555, 0o666],
  ])('%s', async (_what, folderMode, fileMode) => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'rejects'));
    const rejects = join(cwd, 'rejects', 'list.csv');
    await writeFile(rejects, 'old');
    await chmod(rejects, fileMode);
    await chmod(join(cwd, 'rejects'), folderMode);
    await chmod(cwd, 0o755);
    await unprivileged(() =>
      expect(load('/nowhere', { rejects })).rejects.toThrow(
        `The list ${rejects} cannot be written (EACCES)${unchanged}`,
      ),
    );
    await chmod(join(cwd, 'rejects'), 0o755);
  });
});

test('an import drops the leftovers of an import of another set', async () => {
  await client.query('create schema qa_old; create schema qa_next; create schema idempotency_next');
  const notes: string[] = [];
  await load(served, { progress: { ...silent, note: sentence => void notes.push(sentence) } });
  expect(notes).toEqual(['Dropped the leftovers of an earlier import.']);
});

test('an import that is aborted amid a file says that it was interrupted', async () => {
  const interruption = new AbortController();
  let files = 0;
  const progress = {
    ...silent,
    begin: () => {
      files += 1;
    },
    advance: () => {
      if (files === 5) interruption.abort();
    },
  };
  await expect(load(next, { progress, signal: interruption.signal })).rejects.toThrow(
    `The import was interrupted${unchanged}`,
  );
  expect(files).toBe(5);
});

describe('the import command', () => {
  function run(folder: string, options: SpawnOptions = {}, more: readonly string[] = []) {
    const { owner } = database;
    const env = {
      ...process.env,
      PGHOST: owner.host,
      PGPORT: String(owner.port),
      PGDATABASE: owner.database,
      PGUSER: owner.user,
      PGPASSWORD: owner.password,
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), folder, ...more], {
      env,
      ...options,
    });
    let output = '';
    let stdout = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', text => {
        output += text;
        if (stream === child.stdout) stdout += text;
      });
    const ended = once(child, 'close').then(([code]) => ({ code, output }));
    return { child, ended, printed: ended.then(() => stdout) };
  }

  /** Blocks an import before its first table until the returned function is called. */
  async function block() {
    const holder = await database.connect();
    await holder.query('begin; lock table catalogue.product in access exclusive mode');
    return () => holder.query('rollback');
  }

  async function untilNextExists(child: ChildProcess) {
    const exists = async () =>
      (await client.query(`select to_regnamespace('catalogue_next') as it`)).rows[0].it;
    while (!(await exists()) && child.exitCode === null) await sleep(10);
  }

  test('ends with a summary and status 0, and lists rejected lines below the working folder', async () => {
    const cwd = await emptyFolder();
    const folder = await catalogueFolder({ 'product.csv': [...products('served'), 'junk'] });
    const { code, output } = await run(folder, { cwd }).ended;
    expect(output).toMatch(/^product\.csv: 3 lines in \d+\.\d s$/m);
    expect(output).toMatch(/^total +3 +2 +0 +1$/m);
    expect(output).toContain(`Rejected lines: rejects/${basename(folder)}.csv\n`);
    expect(await readList(join(cwd, 'rejects', `${basename(folder)}.csv`))).toHaveLength(1);
    expect(code).toBe(0);
  });

  test('prints a single object with --json', async () => {
    const cwd = await emptyFolder();
    const folder = await catalogueFolder({ 'product.csv': [...products('served'), 'junk'] });
    const summary = JSON.parse(await run(folder, { cwd }, ['--json']).printed);
    const counts = { lines: 3, imported: 2, repaired: 0, rejected: 1 };
    const seconds = expect.any(Number);
    expect(summary).toEqual({
      files: expect.arrayContaining([
        {
          ...{ name: 'product.csv', furtherColumns: [], ...counts, continuations: 0, earlyDates: 0 },
          seconds,
        },
      ]),
      furtherFiles: [],
      tables: [{ name: 'catalogue.product', seconds }],
      totals: counts,
      elapsed: expect.any(Number),
      rejects: `rejects/${basename(folder)}.csv`,
      repairs: null,
    });
    expect(summary.files).toHaveLength(6);
    expect(summary.elapsed).toBeGreaterThan(summary.files[0].seconds);
  });

  test.each([[[]], [['--json']]])('reports an error in one sentence with status 1 %j', async options => {
    expect(await run('/nowhere', {}, options).ended).toEqual({
      code: 1,
      output: `The folder /nowhere cannot be read (ENOENT)${unchanged}\n`,
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'says that it was interrupted by %s, with status 130',
    async signal => {
      const unblock = await block();
      const { child, ended } = run(next);
      await untilNextExists(child);
      child.kill(signal);
      const result = await ended;
      await unblock();
      expect(result).toEqual({ code: 130, output: `The import was interrupted${unchanged}\n` });
    },
  );

  test('leaves its tables to the next import when it is killed', async () => {
    const unblock = await block();
    const { child, ended } = run(next);
    await untilNextExists(child);
    child.kill('SIGKILL');
    await ended;
    await unblock();
    const notes: string[] = [];
    const note = (sentence: string) => notes.push(sentence);
    // The server process of the killed import stops within two seconds.
    const again = async (): Promise<unknown> =>
      load(served, { progress: { ...silent, note } }).catch(error => {
        if (!error.message.startsWith('Another import')) throw error;
        return sleep(100).then(again);
      });
    await again();
    expect(notes).toEqual(['Dropped the leftovers of an earlier import.']);
  });
});
