import type { DatabaseSettings } from '../db/environment.ts';
import { Availability } from './availability.ts';
import { Batch, maxElements, type Values } from './batch.ts';
import { Connections, type Row, type Statement } from './connections.ts';
import { DatabaseUnavailable, isOfOneQuery } from './database-errors.ts';
import type { Log } from './log.ts';
import type { Service } from './slots.ts';

/** How long a statement waits for a connection, in milliseconds. */
const wait_ms = 850;
/** Connections that large responses have for themselves, and all others never wait for. */
const connectionsForLarge = 2;
/** A response that turns out to be large is queried again, and then waits less for a connection. */
const waitForLarge_ms = 500;
/** A query that took longer is not repeated as a large response: both together would take more than 2 s. */
const hurry_ms = 400;

/**
 * The largest response, in bytes: of a query that runs together with others, and of one that runs alone. PostgreSQL takes ten
 * times the memory of a response that it puts together.
 */
const maxBytes = { together: 32 * 1024, alone: 1024 * 1024 } as const;
export type Size = keyof typeof maxBytes;

/** What a query returns in place of a response that is too large for its size. */
export const tooLarge = '';

/**
 * A query for text, in two sizes. Each statement runs many queries at once: each of its parameters is an array with one value
 * a query. It returns rows of a query's place in them, from 1, and its text, `tooLarge` for one of more bytes.
 */
export type Query = Readonly<Record<Size, Statement>>;

/** @param text the SQL, by size and by the bytes that a response may have */
export function query(service: Service, name: string, text: (size: Size, maxBytes: number) => string): Query {
  return {
    together: { service, name, text: text('together', maxBytes.together) },
    alone: { service, name: `${name}-alone`, text: text('alone', maxBytes.alone) },
  };
}

/** The app's connections to PostgreSQL. */
export class Database {
  readonly #log: Log;
  readonly #availability: Availability;
  readonly #small: Connections;
  readonly #large: Connections;
  readonly #batches = new Map<Query, Batch>();

  /** Throws when there are fewer than three connections. */
  constructor(settings: DatabaseSettings, connections: number, log: Log) {
    this.#log = log;
    this.#availability = new Availability(log, () => this.#small.probe());
    const open = (max: number, wait_ms: number) =>
      new Connections(settings, max, wait_ms, this.#availability, log);
    this.#small = open(connections - connectionsForLarge, wait_ms);
    this.#large = open(connectionsForLarge, waitForLarge_ms);
  }

  /**
   * Runs a statement and returns its first row, or undefined when it returns none. Throws DatabaseUnavailable when the
   * database is away, late, locked or overloaded.
   */
  async row(statement: Statement, values: readonly unknown[]): Promise<Row | undefined> {
    const [row] = await this.#small.rows(statement, values);
    return row;
  }

  /**
   * The text of a query with so many elements at most; undefined when there is none, `tooLarge` when it is larger than any
   * response may be. Throws like `row`.
   */
  async text(query: Query, values: Values, elements = 1): Promise<string | undefined> {
    const started_ms = performance.now();
    if (elements <= maxElements) {
      const text = await this.#batchOf(query).text(values, elements);
      if (text !== tooLarge) return text;
      if (performance.now() - started_ms > hurry_ms)
        throw new DatabaseUnavailable(new Error('a large response came too late'), false);
    }
    const [text] = await texts(this.#large, query.alone, [values]);
    return text;
  }

  #batchOf(query: Query): Batch {
    let batch = this.#batches.get(query);
    if (!batch) {
      batch = new Batch(queries => texts(this.#small, query.together, queries), isOfOneQuery);
      this.#batches.set(query, batch);
    }
    return batch;
  }

  get #all(): readonly Connections[] {
    return [this.#small, this.#large];
  }

  /** Opens all connections now, so that a first burst of requests need not wait for them. */
  async connect(): Promise<void> {
    await Promise.all(this.#all.map(connections => connections.open())).catch(error =>
      this.#log.warn('the database cannot be reached yet', { cause: String(error) }),
    );
  }

  get connections() {
    const sum = (name: 'open' | 'idle' | 'waiting') =>
      this.#all.reduce((total, { counts }) => total + counts[name], 0);
    return { open: sum('open'), idle: sum('idle'), waiting: sum('waiting') };
  }

  /** Waits for the statements in flight and closes all connections. */
  async close(): Promise<void> {
    this.#availability.close();
    await Promise.all(this.#all.map(connections => connections.close()));
  }
}

/** The texts of some queries, in their order; undefined where there is none. */
async function texts(connections: Connections, statement: Statement, queries: readonly Values[]) {
  const arrays = queries[0]?.map((_, index) => `{${queries.map(values => values[index])}}`) ?? [];
  const texts: (string | undefined)[] = [];
  for (const [place, text] of await connections.rows(statement, arrays))
    texts[Number(place) - 1] = text ?? undefined;
  return texts;
}
