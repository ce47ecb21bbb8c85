import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, Pool, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import type { DatabaseSettings } from '../db/environment.ts';
import { Batch, type Values } from './batch.ts';
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

  constructor(settings: DatabaseSettings, connections: number, log: Log) {
    this.#log = log;
    this.#pool = new Pool({
      ...settings,
      max: connections,
      connectionTimeoutMillis: connect_ms,
      statement_timeout: statement_ms,
      query_timeout: answer_ms,
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'elier-app',
      // One plan for however many questions: planning anew for their number costs more than any plan saves.
      options: '-c plan_cache_mode=force_generic_plan',
    });
    // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
    this.#pool.on('error', error => log.warn('an idle database connection broke', { cause: error.message }));
  }

  /**
   * Runs a statement and returns its first row, each column as text, or undefined when it returns none.
   * Throws a 503 when the database is away, late or overloaded.
   */
  async row(statement: Statement, values: readonly unknown[]): Promise<(string | null)[] | undefined> {
    const [row] = await this.#rows(statement, values);
    return row;
  }

  /**
   * The answer to a question, as text; undefined when there is none. The statement answers many questions at once
   * (batch.ts): each of its parameters is an array with one value a question, and it returns rows of a question's
   * place in them, from 1, and its answer, which has so many elements at most. Throws like `row`.
   */
  answer(statement: Statement, values: Values, elements = 1): Promise<string | undefined> {
    let batch = this.#batches.get(statement);
    if (!batch) {
      batch = new Batch(questions => this.#answers(statement, questions));
      this.#batches.set(statement, batch);
    }
    return batch.answer(values, elements);
  }

  async #answers(statement: Statement, questions: readonly Values[]): Promise<(string | undefined)[]> {
    const arrays = questions[0]?.map((_, index) => `{${questions.map(values => values[index])}}`) ?? [];
    const answers: (string | undefined)[] = [];
    for (const [place, answer] of await this.#rows(statement, arrays))
      answers[Number(place) - 1] = answer ?? undefined;
    return answers;
  }

  async #rows(statement: Statement, values: readonly unknown[]): Promise<(string | null)[][]> {
    if (this.#pool.waitingCount >= maxWaiting) throw away(new Error('too many statements are waiting'));
    if (this.#isAway) throw away(new Error('the database was away a moment ago'));
    try {
      const { rows } = await this.#query({
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

  async #query(query: QueryArrayConfig): Promise<QueryArrayResult<(string | null)[]>> {
    try {
      const result = await this.#pool.query<(string | null)[]>(query);
      this.#hear();
      return result;
    } catch (error) {
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
      await this.#query({ text: 'select 1', rowMode: 'array' }).catch(error =>
        this.#log.debug('the database is still away', { cause: String(error) }),
      );
    }
  }

  /** Opens all connections now, so that a first burst of requests need not wait for them. */
  async connect(): Promise<void> {
    const { max } = this.#pool.options;
    const opened = await Promise.allSettled(Array.from({ length: max }, () => this.#pool.query('select 1')));
    const failure = opened.find(result => result.status === 'rejected');
    if (failure) this.#log.warn('the database cannot be reached yet', { cause: String(failure.reason) });
  }

  get connections() {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { open, idle, waiting };
  }

  /** Waits for the statements under way and closes all connections. */
  close(): Promise<void> {
    return this.#pool.end();
  }
}

const away = (cause: unknown) => unavailable('The database cannot answer in time. Try again.', cause);

/** Bad values (22), broken constraints (23), bad statements and missing rights (42): trying again does not help. */
function isOurFault(error: unknown): boolean {
  return error instanceof DatabaseError && /^(22|23|42)/.test(error.code ?? '');
}
