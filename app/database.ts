import { DatabaseError, Pool, type QueryArrayConfig } from 'pg';
import type { DatabaseSettings } from '../db/environment.ts';
import type { Log } from './log.ts';
import { unavailable } from './problem.ts';

/** A statement that every connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

// Together under 2 s, the time within which a client learns that the database is away. The server's own limit
// comes first, so that an answer that is late is also no longer worked on.
const connect_ms = 900;
const statement_ms = 900;
const answer_ms = 1000;
/** Requests that may wait for a connection; the next one is told at once to come back later. */
const maxWaiting = 500;

/** Columns stay the text that PostgreSQL sends: JSON is never parsed on its way through. */
const asText = { getTypeParser: () => (value: string) => value } as unknown as NonNullable<
  QueryArrayConfig['types']
>;

/** The app's connections to PostgreSQL. */
export class Database {
  readonly #pool: Pool;
  readonly #log: Log;

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
    });
    // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
    this.#pool.on('error', error => log.warn('an idle database connection broke', { cause: error.message }));
  }

  /**
   * Runs a statement and returns its first row, each column as text, or undefined when it returns none.
   * Throws a 503 when the database is away, late or overloaded.
   */
  async row(statement: Statement, values: readonly unknown[]): Promise<(string | null)[] | undefined> {
    if (this.#pool.waitingCount >= maxWaiting) throw away(new Error('too many requests are waiting'));
    try {
      const { rows } = await this.#pool.query({
        ...statement,
        values: [...values],
        rowMode: 'array',
        types: asText,
      });
      return rows[0];
    } catch (error) {
      throw isOurFault(error) ? error : away(error);
    }
  }

  /** Like `row`, for a statement whose only column is the whole answer. */
  async text(statement: Statement, values: readonly unknown[]): Promise<string | undefined> {
    const row = await this.row(statement, values);
    return row?.[0] ?? undefined;
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
