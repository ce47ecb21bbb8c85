import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnType } from '../data-files.ts';
import { type Stage, stagedTable } from './data-set.ts';
import type { FoundFile } from './folder.ts';
import { furtherNames, type Key } from './header.ts';
import { IdSet } from './ids.ts';
import type { LineList } from './line-list.ts';
import { longestRecord, RecordReader, type Records } from './records.ts';
import type { FileCount } from './results.ts';

export interface Lists {
  readonly rejects: LineList;
  readonly repairs: LineList;
}

/** How much of a file is in memory at a time, in bytes. */
const windowBytes = 2 * longestRecord;

/** 2000-01-01. Milliseconds before it are likely to be seconds. */
const year2000_ms = 946_684_800_000;

/** PostgreSQL's types for what a column of a data file holds. */
export const columnTypes: Record<ColumnType, string> = {
  id: 'integer',
  integer: 'integer',
  // With two decimals, however many the file has: cents do not fit 32 bits.
  price: 'numeric(12, 2)',
  'price?': 'numeric(12, 2)',
  boolean: 'boolean',
  milliseconds: 'bigint',
  text: 'text',
  'text?': 'text',
};

/**
 * Copies a file's good rows, in the order of the file, into its temporary table, and lists the others. Calls
 * `onProgress` with the bytes and lines read so far.
 */
export async function stageFile(
  client: Client,
  found: FoundFile,
  stage: Stage,
  lists: Lists,
  onProgress: (bytes: number, lines: number) => void,
): Promise<FileCount> {
  const columns = [
    ...stage.lead.map(name => `${name} integer`),
    ...Object.entries(found.file.columns).map(([name, type]) => `"${name}" ${columnTypes[type]}`),
  ];
  const table = `pg_temp.${stagedTable(found.file)}`;
  await client.query(`create temporary table ${table} (${columns.join(', ')})`);
  const rows = new StagedRows(found, stage, lists);
  const order = [...stage.lead, ...found.columns.flatMap(({ name, type }) => (type ? `"${name}"` : []))];
  const copy = client.query(
    copyFrom(`copy ${table} (${order.join(', ')}) from stdin (format csv, null 'null', encoding 'UTF8')`),
  );
  await pipeline(stagedRows(found, rows, lists, onProgress), copy);
  // A look at 3,000 rows tells the planner enough for a table that is read once.
  await client.query(`set default_statistics_target = 10; analyze ${table}; reset default_statistics_target`);
  return rows.count;
}

/** Sorts a file's records into rows to copy and lines to list. */
class StagedRows implements Records {
  readonly count: FileCount;
  readonly #stage: Stage;
  readonly #lists: Lists;
  readonly #seen = new IdSet();
  /** Where the keys of a record stand; NaN for one that the file has not. */
  readonly #places: Readonly<Record<Key, number>>;
  #rows = '';

  constructor(found: FoundFile, stage: Stage, lists: Lists) {
    this.count = {
      name: found.name,
      furtherColumns: furtherNames(found.columns),
      ...{ lines: 0, imported: 0, repaired: 0, rejected: 0, continuations: 0, earlyDates: 0 },
    };
    this.#stage = stage;
    this.#lists = lists;
    const keys = found.columns.flatMap(({ key }) => key ?? []);
    const place = (key: Key) => keys.indexOf(key) + 1 || Number.NaN;
    this.#places = { id: place('id'), parent: place('parent'), date: place('date') };
  }

  good(record: string, keys: readonly string[], line: number, original?: string): void {
    const id = Number(keys[this.#places.id]);
    const second = Number(keys[this.#places.parent]);
    const refusal = this.#refusalOf(id, second, record.length);
    const lead = refusal === undefined ? this.#stage.admit(id, second, line) : undefined;
    if (lead === undefined) {
      this.bad(record, refusal ?? `its ${this.#stage.parent} ${second} is not there`, line);
      return;
    }
    this.#rows += `${lead}${record}\n`;
    this.count.lines += 1;
    this.count.imported += 1;
    if (Number(keys[this.#places.date]) < year2000_ms) this.count.earlyDates += 1;
    if (original === undefined) return;
    this.count.repaired += 1;
    this.#lists.repairs.add(this.count.name, line, 'a missing quote was put back', original);
  }

  #refusalOf(id: number, second: number, bytes: number): string | undefined {
    if (!this.#seen.add(id)) return `id ${id} was on an earlier line`;
    if (this.#stage.hasRoom?.(second, bytes) === false) return 'its product has too many rows';
    return undefined;
  }

  bad(record: string, reason: string, line: number, id?: number): void {
    if (id !== undefined) this.#seen.add(id);
    this.count.lines += 1;
    this.count.rejected += 1;
    this.#lists.rejects.add(this.count.name, line, reason, record);
  }

  /** The rows since the last call, as COPY takes them. */
  take(): Buffer {
    const rows = Buffer.from(this.#rows, 'latin1');
    this.#rows = '';
    return rows;
  }
}

async function* stagedRows(
  found: FoundFile,
  rows: StagedRows,
  lists: Lists,
  onProgress: (bytes: number, lines: number) => void,
): AsyncGenerator<Buffer> {
  const reader = new RecordReader(found.columns, rows);
  const file = await found.open();
  const window = Buffer.allocUnsafe(windowBytes);
  let position = found.headerBytes;
  let held = 0;
  try {
    for (let isLast = false; !isLast; ) {
      const bytesRead = await file.read(window, held, windowBytes - held);
      isLast = bytesRead === 0;
      position += bytesRead;
      held += bytesRead;
      // A line's end cuts no character in two.
      const whole = isLast ? held : window.lastIndexOf(10, held - 1) + 1;
      const taken = reader.read(
        window.toString('latin1', 0, held),
        isLast,
        isUtf8(window.subarray(0, whole)),
      );
      window.copyWithin(0, taken, held);
      held -= taken;
      rows.count.continuations = reader.continuationLines;
      onProgress(position - held, rows.count.lines);
      await lists.rejects.flush();
      await lists.repairs.flush();
      const staged = rows.take();
      if (staged.length > 0) yield staged;
    }
  } finally {
    await file.close();
  }
}
