import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { silent } from '../progress.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import type { ImportRequest } from './import-folder.ts';
import { createNext } from './next-schema.ts';
import { appliedMigrations } from './schema-version.ts';
import { swap } from './swap.ts';
import { before } from './testing/before.ts';
import { catalogueFolder, importFrom, qaFolder } from './testing/data-folder.ts';

let database: TestDatabase;
let owner: Client;
let user: Client;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  user = await database.connect('app');
  await load(await questions());
});

afterEach(() => database.drop());

const questions = () =>
  qaFolder({
    'questions.csv': ['1,5,"one",1,"n","e@x.com",0,3', '2,5,"two",1,"n","e@x.com",0,0'],
    'answers.csv': ['1,2,"b",1,"n","e@x.com",0,0'],
  });

const load = (folder: string, more: Partial<ImportRequest> = {}) => importFrom(folder, database.owner, more);

const vote = {
  name: 'vote',
  text: `update qa.question set helpful = helpful + 1, user_written = true
          where question_id = $1 and not reported returning product_id`,
};
const newQuestion = {
  name: 'newQuestion',
  text: `insert into qa.question (product_id, body, asker_name, asker_email) values ($1, 'new?', 'n', 'e')
         returning question_id`,
};

const bodies = async () => {
  const { rows } = await owner.query('select body, helpful from qa.question order by body');
  return rows.map(({ body, helpful }) => `${body} ${helpful}`);
};

test("an import refuses to drop users' votes, questions and answers, and says how to drop them", async () => {
  await user.query({ ...vote, values: [1] });
  await user.query({ ...newQuestion, values: [5] });
  await user.query(
    `insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email) values (5, 1, 'b', 'n', 'e')`,
  );
  const begin = jest.fn();
  await expect(load(await questions(), { progress: { ...silent, begin } })).rejects.toThrow(
    'This import would drop 2 questions and 1 answer that users wrote, voted on or reported ' +
      '(DISCARD_USER_ROWS=yes drops them); the served data is unchanged.',
  );
  expect(await bodies()).toEqual(['new? 0', 'one 4', 'two 0']);
  expect(begin).not.toHaveBeenCalled();

  await load(await questions(), { discardUserRows: true });
  expect(await bodies()).toEqual(['one 3', 'two 0']);
});

test("an import of the catalogue keeps users' rows", async () => {
  await user.query({ ...vote, values: [1] });
  await load(await catalogueFolder({}));
  expect(await bodies()).toEqual(['one 4', 'two 0']);
});

describe("an import that may drop users' rows", () => {
  const refused = expect.objectContaining({ code: '55006' }); // Not class 22, 23 or 42, so the app responds with 503.
  const answer = `insert into qa.answer (product_id, question_id, body, answerer_name, answerer_email)
                  values (5, 1, 'b', 'n', 'e')`;

  /** Calls `act` once during the import, which cannot swap until `act` is done. */
  async function importWith(act: () => Promise<unknown>, more: Partial<ImportRequest> = {}) {
    let acting: Promise<unknown> | undefined;
    const begin = () => {
      acting ??= owner
        .query('begin; lock table public.migration in access exclusive mode') // The swap reads it.
        .then(act)
        .finally(() => owner.query('commit'));
    };
    const importing = load(await questions(), {
      discardUserRows: true,
      progress: { ...silent, begin },
      ...more,
    });
    const ended = await importing.then(
      () => 'swapped',
      error => error.message,
    );
    await acting;
    return ended;
  }

  test('refuses writes until it ends, but serves reads', async () => {
    await user.query({ ...vote, values: [1] });
    const writeAndRead = async () => {
      await expect(user.query({ ...vote, values: [2] })).rejects.toEqual(refused);
      await expect(user.query({ ...newQuestion, values: [5] })).rejects.toEqual(refused);
      await expect(user.query(answer)).rejects.toEqual(refused);
      expect(await bodies()).toEqual(['one 4', 'two 0']);
    };
    expect(await importWith(writeAndRead)).toBe('swapped');
    expect(await bodies()).toEqual(['one 3', 'two 0']);
    await user.query({ ...vote, values: [2] });
    await user.query({ ...newQuestion, values: [5] });
    await user.query(answer);
    expect(await bodies()).toEqual(['new? 0', 'one 3', 'two 1']);
  });

  test('allows writes while it waits for an uncommitted write', async () => {
    const slow = await database.connect('app');
    await slow.query('begin');
    await slow.query({ ...vote, values: [1] });
    const importing = load(await questions(), { discardUserRows: true });
    let longest_ms = 0;
    for (const end = performance.now() + 2_500; performance.now() < end; await sleep(20)) {
      const begun = performance.now();
      await user.query({ ...vote, values: [2] });
      longest_ms = Math.max(longest_ms, performance.now() - begun);
    }
    await slow.query('commit');
    await importing;
    expect(longest_ms).toBeGreaterThan(100);
    expect(longest_ms).toBeLessThan(1_000);
    expect(await bodies()).toEqual(['one 3', 'two 0']);
  });

  test('allows writes again when it fails, and leaves no trigger', async () => {
    const interruption = new AbortController();
    const interrupt = async () => interruption.abort();
    expect(await importWith(interrupt, { signal: interruption.signal })).toMatch(/interrupted/);
    await user.query({ ...vote, values: [2] });
    await user.query(answer);
    expect(await bodies()).toEqual(['one 3', 'two 1']);
    const { rows } = await owner.query(
      `select from pg_proc where pronamespace = 'qa'::regnamespace
       union all select from pg_trigger where tgrelid = 'qa.question'::regclass`,
    );
    expect(rows).toEqual([]);
  });

  test('drops no confirmed write of its run time', async () => {
    let isOver = false;
    let hasBegun = false;
    let confirmed = 0;
    const writing = async () => {
      while (!isOver) {
        const { rowCount } = await user
          .query(`update qa.question set helpful = helpful + 1, user_written = true where question_id = 1`)
          .catch(() => ({ rowCount: 0 }));
        if (hasBegun) confirmed += rowCount ?? 0;
      }
    };
    const writes = writing();
    const begin = () => {
      hasBegun = true;
    };
    await load(await questions(), { discardUserRows: true, progress: { ...silent, begin } });
    await sleep(50);
    isOver = true;
    await writes;
    expect(confirmed).toBeGreaterThan(0);
    expect((await owner.query('select helpful from qa.question where question_id = 1')).rows).toEqual([
      { helpful: 3 + confirmed },
    ]);
  });
});

describe('a write during an import', () => {
  const swapQa = async (client: Client) =>
    swap(client, {
      schemas: ['qa'],
      discardUserRows: false,
      migrations: await appliedMigrations(client),
      patience_ms: 5_000,
      signal: undefined,
    });

  async function buildNext() {
    await createNext(owner, 'qa');
    await owner.query('insert into qa_next.question overriding system value select * from qa.question');
    await owner.query(`update qa_next.question set body = 'new ' || body`);
  }

  test('that is committed before the swap stops the import', async () => {
    await buildNext();
    await user.query({ ...vote, values: [2] });
    await expect(swapQa(owner)).rejects.toThrow('1 question and 0 answers');
    expect(await bodies()).toEqual(['one 3', 'two 1']);
  });

  test('that is uncommitted at the swap delays and then stops the import', async () => {
    await buildNext();
    await user.query('begin');
    await user.query({ ...vote, values: [2] });
    const swapping = swapQa(owner);
    const refusal = expect(swapping).rejects.toThrow('1 question and 0 answers');
    await sleep(800); // Longer than one attempt of the swap.
    await user.query('commit');
    await refusal;
    expect(await bodies()).toEqual(['one 3', 'two 1']);
  });

  test('that waits for the swap goes to the new table', async () => {
    await buildNext();
    // Both statements are prepared and planned on the old table.
    for (let round = 0; round < 7; round++) await user.query({ ...vote, values: [999] });
    const other = await database.connect('app');
    await other.query('begin');
    await other.query({ ...newQuestion, values: [5] });
    await other.query('rollback');

    const writes: Promise<unknown>[] = [];
    const writeAndWait = async () => {
      writes.push(user.query({ ...vote, values: [2] }), other.query({ ...newQuestion, values: [5] }));
      while ((await waiting()) < 2) await sleep(5);
    };
    await swapQa(before(owner, 'alter schema qa rename', writeAndWait));
    await Promise.all(writes);
    expect(await bodies()).toEqual(['new one 3', 'new two 1', 'new? 0']);
    await owner.query('drop schema qa_old cascade');
    expect(await bodies()).toHaveLength(3);
  });

  /** The number of statements that wait for a lock of the swap. */
  async function waiting(): Promise<number> {
    const { rowCount } = await owner.query(
      `select from pg_locks where not granted and relation = 'qa.question'::regclass`,
    );
    return rowCount ?? 0;
  }
});
