import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, Pool, type PoolClient, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import type { DatabaseSettings } from '../db/environment.ts';
import { Batch, maxElements, type Values } from './batch.ts';
import type { Log } from './log.ts';
import { unavailable } from './problem.ts';

/** A statement that every connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

// Together under 2 s, the time within which a client learns that the database is away. The server's own limit
// comes first, so that an answer that is late is also no longer worked on. 40 ms more may go by in batch.ts.
const connect_ms = 850;
const statement_ms = 900;
const answer_ms = 1000;
/** Statements that may wait for a connection; the next one is told at once to come back later. */
const maxWaiting = 500;

/**
 * What an answer may have in bytes: one that is asked for together with others, and one that is asked for alone. What a
 * visitor may write is no small text, and PostgreSQL takes ten times the memory of what it answers.
 */
export const maxOctets = { together: 32 * 1024, alone: 1024 * 1024 } as const;
/** For SQL: whether a number of bytes is that of questions which are asked together. */
export const isTogether = (octets: string) => `${octets} < ${maxOctets.alone}`;
/** Connections that large answers have for themselves, and all others never wait for. */
const connectionsForLarge = 2;
/** An answer that turns out to be large is asked for again, and then waits less for a connection. */
const connectForLarge_ms = 500;
/** After a longer time than this it is not asked for again: that would take more than 2 s in all. */
const hurry_ms = 400;

/** After so many failures in a row, and without a word from the server for `answer_ms`, it counts as away. */
const failuresUntilAway = 4;
/** While it is away it is asked again after this time, in milliseconds. */
const probe_ms = 500;

/** Columns stay the text that PostgreSQL sends: JSON is never parsed on its way through. */
const asText = { getTypeParser: () => (value: string) => value } as unknown as NonNullable<
  QueryArrayConfig['types']
>;

/** The app's connections to PostgreSQL. */
export class Database {
  readonly #pool: Pool;
  readonly #poolForLarge: Pool;
  readonly #log: Log;
  readonly #batches = new Map<Statement, Batch>();
  /** Since the server last answered, if only with an error, and when that was. */
  #failures = 0;
  #heard_ms = 0;
  /**
   * While it is, nothing is asked: Nginx has old answers, and they should come as fast as ever; statements that wait
   * would also hold up the requests of other routes.
   */
  #isAway = false;

  /** Throws when there are fewer than three connections. */
  constructor(settings: DatabaseSettings, connections: number, log: Log) {
    this.#log = log;
    this.#pool = this.#open(settings, connections - connectionsForLarge, connect_ms);
    this.#poolForLarge = this.#open(settings, connectionsForLarge, connectForLarge_ms);
  }

  #open(settings: DatabaseSettings, max: number, connectionTimeoutMillis: number): Pool {
    const pool = new Pool({
      ...settings,
      max,
      connectionTimeoutMillis,
      statement_timeout: statement_ms,
      query_timeout: answer_ms,
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'elier-app',
      // One plan for however many questions: planning anew for their number costs more than any plan saves.
      options: '-c plan_cache_mode=force_generic_plan',
    });
    // A connection that breaks is replaced at its next use; without listeners it would end the process. A statement on it throws.
    pool.on('connect', client => client.on('error', () => {}));
    pool.on('error', error => this.#log.warn('an idle database connection broke', { cause: error.message }));
    return pool;
  }

  /**
   * Runs a statement and returns its first row, each column as text, or undefined when it returns none.
   * Throws a 503 when the database is away, late or overloaded.
   */
  async row(statement: Statement, values: readonly unknown[]): Promise<(string | null)[] | undefined> {
    const [row] = await this.#rows(this.#pool, statement, values);
    return row;
  }

  /**
   * The answer to a question, as text; undefined when there is none, empty when it is larger than `maxOctets.alone`. The
   * statement answers many questions at once (batch.ts): each of its parameters is an array with one value a question, but
   * for the last, which is a number of bytes. It returns rows of a question's place in them, from 1, and its answer, which
   * has so many elements at most, or an empty text for one of more bytes. Throws like `row`.
   */
  async answer(statement: Statement, values: Values, elements = 1): Promise<string | undefined> {
    const started_ms = performance.now();
    if (elements <= maxElements) {
      const answer = await this.#batchOf(statement).answer(values, elements);
      if (answer !== '') return answer;
      if (performance.now() - started_ms > hurry_ms) throw away(new Error('a large answer came too late'));
    }
    const [answer] = await this.#answers(this.#poolForLarge, statement, [values], maxOctets.alone);
    return answer;
  }

  #batchOf(statement: Statement): Batch {
    let batch = this.#batches.get(statement);
    if (!batch) {
      batch = new Batch(questions => this.#answers(this.#pool, statement, questions, maxOctets.together));
      this.#batches.set(statement, batch);
    }
    return batch;
  }

  async #answers(pool: Pool, statement: Statement, questions: readonly Values[], octets: number) {
    const arrays = questions[0]?.map((_, index) => `{${questions.map(values => values[index])}}`) ?? [];
    const answers: (string | undefined)[] = [];
    for (const [place, answer] of await this.#rows(pool, statement, [...arrays, octets]))
      answers[Number(place) - 1] = answer ?? undefined;
    return answers;
  }

  async #rows(pool: Pool, statement: Statement, values: readonly unknown[]): Promise<(string | null)[][]> {
    if (pool.waitingCount >= maxWaiting) throw away(new Error('too many statements are waiting'));
    if (this.#isAway) throw away(new Error('the database was away a moment ago'));
    try {
      const { rows } = await this.#query(pool, {
        ...statement,
        values: [...values],
        rowMode: 'array',
        types: asText,
      });
      return rows;
    } catch (error) {
      throw isOurFault(error) ? error : away(error);
    }
  }

  async #query(pool: Pool, query: QueryArrayConfig): Promise<QueryArrayResult<(string | null)[]>> {
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      const result = await client.query<(string | null)[]>(query);
      client.release();
      this.#hear();
      return result;
    } catch (error) {
      client?.release(!isConnectionGoodAfter(error));
      if (error instanceof DatabaseError) this.#hear();
      else this.#miss();
      throw error;
    }
  }

  #hear(): void {
    this.#failures = 0;
    this.#heard_ms = performance.now();
    if (this.#isAway) this.#log.info('the database is back');
    this.#isAway = false;
  }

  #miss(): void {
    this.#failures++;
    const isSilent = performance.now() - this.#heard_ms > answer_ms;
    if (this.#isAway || this.#failures < failuresUntilAway || !isSilent) return;
    this.#isAway = true;
    this.#log.warn('the database is away');
    void this.#waitForWord();
  }

  async #waitForWord(): Promise<void> {
    while (this.#isAway && !this.#pool.ending) {
      await sleep(probe_ms, undefined, { ref: false });
      await this.#query(this.#pool, { text: 'select 1', rowMode: 'array' }).catch(error =>
        this.#log.debug('the database is still away', { cause: String(error) }),
      );
    }
  }

  get #pools(): readonly Pool[] {
    return [this.#pool, this.#poolForLarge];
  }

  /** Opens all connections now, so that a first burst of requests need not wait for them. */
  async connect(): Promise<void> {
    const all = this.#pools.flatMap(pool => Array.from({ length: pool.options.max }, () => pool));
    const opened = await Promise.allSettled(all.map(pool => pool.query('select 1')));
    const failure = opened.find(result => result.status === 'rejected');
    if (failure) this.#log.warn('the database cannot be reached yet', { cause: String(failure.reason) });
  }

  get connections() {
    const sum = (count: (pool: Pool) => number) =>
      this.#pools.reduce((total, pool) => total + count(pool), 0);
    return {
      open: sum(pool => pool.totalCount),
      idle: sum(pool => pool.idleCount),
      waiting: sum(pool => pool.waitingCount),
    };
  }

  /** Waits for the statements under way and closes all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map(pool => pool.end()));
  }
}

const away = (cause: unknown) => unavailable('The database cannot answer in time. Try again.', cause);

/**
 * A broken constraint (23), a write while an import replaces what it writes to (55006) or a statement whose time was up (57014):
 * the connection is as good as before, and to open another would cost more than the statement. After other errors its prepared statements may be of no use any more.
 */
function isConnectionGoodAfter(error: unknown): boolean {
  return error instanceof DatabaseError && /^(23|55006|57014)/.test(error.code ?? '');
}

/** Bad values (22), broken constraints (23), bad statements and missing rights (42): trying again does not help. */
function isOurFault(error: unknown): boolean {
  return error instanceof DatabaseError && /^(22|23|42)/.test(error.code ?? '');
}
