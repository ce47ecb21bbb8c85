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
import { maxRecordBytes, RecordReader, type Records } from './records.ts';
import type { FileCount } from './results.ts';

export interface Lists {
  readonly rejects: LineList;
  readonly repairs: LineList;
}

/** The bytes of a file in memory at a time. */
const windowBytes = 2 * maxRecordBytes;

/** 2000-01-01. Earlier dates are probably in seconds. */
const year2000_ms = 946_684_800_000;

/** PostgreSQL's type for each column type of the data files. */
export const columnTypes: Record<ColumnType, string> = {
  id: 'integer',
  integer: 'integer',
  // Always two decimals. Cents do not fit into 32 bits.
  price: 'numeric(12, 2)',
  'price?': 'numeric(12, 2)',
  boolean: 'boolean',
  milliseconds: 'bigint',
  text: 'text',
  'text?': 'text',
};

/**
 * Copies the good rows of a file into its temporary table, in the order of the file, and lists the others. Calls
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
  // A sample of 3,000 rows is enough for the plan of a table that is read once.
  await client.query(`set default_statistics_target = 10; analyze ${table}; reset default_statistics_target`);
  return rows.count;
}

/** Collects the rows to copy, and adds the other lines to the lists. */
class StagedRows implements Records {
  readonly count: FileCount;
  readonly #stage: Stage;
  readonly #lists: Lists;
  readonly #seen = new IdSet();
  /** The index of each key in `keys`; NaN for a key that the file does not have. */
  readonly #indexes: Readonly<Record<Key, number>>;
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
    const indexOf = (key: Key) => keys.indexOf(key) + 1 || Number.NaN;
    this.#indexes = { id: indexOf('id'), parent: indexOf('parent'), date: indexOf('date') };
  }

  good(record: string, keys: readonly string[], line: number, original?: string): void {
    const id = Number(keys[this.#indexes.id]);
    const second = Number(keys[this.#indexes.parent]);
    const rejection = this.#rejectionOf(id, second, record.length);
    const lead = rejection === undefined ? this.#stage.admit(id, second, line) : undefined;
    if (lead === undefined) {
      this.bad(record, rejection ?? `its ${this.#stage.parent} ${second} does not exist`, line);
      return;
    }
    this.#rows += `${lead}${record}\n`;
    this.count.lines += 1;
    this.count.imported += 1;
    if (Number(keys[this.#indexes.date]) < year2000_ms) this.count.earlyDates += 1;
    if (original === undefined) return;
    this.count.repaired += 1;
    this.#lists.repairs.add(this.count.name, line, 'the missing quote was restored', original);
  }

  #rejectionOf(id: number, second: number, bytes: number): string | undefined {
    if (!this.#seen.add(id)) return `id ${id} is also on an earlier line`;
    if (this.#stage.hasRoom?.(second, bytes) === false) return 'its product has too many rows';
    return undefined;
  }

  bad(record: string, reason: string, line: number, id?: number): void {
    if (id !== undefined) this.#seen.add(id);
    this.count.lines += 1;
    this.count.rejected += 1;
    this.#lists.rejects.add(this.count.name, line, reason, record);
  }

  /** The rows since the last call, as input for COPY. */
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
      // Checks whole lines only, because the window may end within a character.
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
