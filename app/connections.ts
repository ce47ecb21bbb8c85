import { Pool, type PoolClient, type QueryArrayConfig } from 'pg';
import type { DatabaseSettings } from '../db/environment.ts';
import type { Availability } from './availability.ts';
import { DatabaseUnavailable, errorFor, isConnectionGoodAfter, isWordOfServer } from './database-errors.ts';
import type { Log } from './log.ts';
import { type Service, Slots } from './slots.ts';

/** A statement that every connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly service: Service;
}

/** A row, each column as the text that PostgreSQL sends: JSON is never parsed on its way through. */
export type Row = (string | null)[];

// With the wait for a slot under 2 s, the time within which a client learns that the database is away. The server's own
// limits come first, so that a response that is late is also no longer worked on.
const statement_ms = 900;
const response_ms = 1000;
/** Before the statement's limit, so that a wait for a lock is told from a slow query. */
const lock_ms = 850;
/** Opening a connection, in milliseconds. */
const connect_ms = 850;

const asText = { getTypeParser: () => (value: string) => value } as unknown as NonNullable<
  QueryArrayConfig['types']
>;

/** Connections to PostgreSQL, and the slots for the statements that use them. */
export class Connections {
  readonly #pool: Pool;
  readonly #slots: Slots;
  readonly #availability: Availability;

  /** @param wait_ms how long a statement waits for one, in milliseconds */
  constructor(
    settings: DatabaseSettings,
    max: number,
    wait_ms: number,
    availability: Availability,
    log: Log,
  ) {
    this.#slots = new Slots(max, wait_ms);
    this.#availability = availability;
    this.#pool = new Pool({
      ...settings,
      max,
      connectionTimeoutMillis: connect_ms,
      statement_timeout: statement_ms,
      lock_timeout: lock_ms,
      query_timeout: response_ms,
      idleTimeoutMillis: 0,
      keepAlive: true,
      application_name: 'elier-app',
      // One plan for a batch of any size: planning anew for its size costs more than any plan saves.
      options: '-c plan_cache_mode=force_generic_plan',
    });
    // A connection that breaks is replaced at its next use; without listeners it would end the process. A statement on it throws.
    this.#pool.on('connect', client => client.on('error', () => {}));
    this.#pool.on('error', error => log.warn('an idle database connection broke', { cause: error.message }));
  }

  /** Runs a statement. Throws DatabaseUnavailable when the database is away, late, locked or overloaded. */
  async rows(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (this.#availability.isAway)
      throw new DatabaseUnavailable(new Error('the database was away a moment ago'), false);
    const free = await this.#slots.take(statement.service).catch(cause => {
      throw new DatabaseUnavailable(cause, false);
    });
    try {
      return await this.#run(statement, values);
    } finally {
      free();
    }
  }

  async #run({ name, text }: Statement, values: readonly unknown[]): Promise<Row[]> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      this.#note(error);
      throw new DatabaseUnavailable(error, false);
    }
    try {
      const query = { name, text, values: [...values], rowMode: 'array', types: asText } as const;
      const { rows } = await client.query<Row>(query);
      client.release();
      this.#availability.hear();
      return rows;
    } catch (error) {
      client.release(!isConnectionGoodAfter(error));
      this.#note(error);
      throw errorFor(error);
    }
  }

  #note(error: unknown): void {
    if (isWordOfServer(error)) this.#availability.hear();
    else this.#availability.miss();
  }

  /** Fails unless the database answers, whether it counts as away or not. */
  async probe(): Promise<void> {
    await this.#run({ name: '', text: 'select 1', service: 'health' }, []);
  }

  /** Opens all connections now. Throws why one cannot be opened. */
  async open(): Promise<void> {
    const all = Array.from({ length: this.#pool.options.max }, () => this.#pool.query('select 1'));
    const opened = await Promise.allSettled(all);
    const failure = opened.find(result => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  get counts() {
    return { open: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#slots.waiting };
  }

  /** Waits for the statements in flight and closes all connections. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}
