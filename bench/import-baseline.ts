import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { catalogueFiles, type DataFile, qaFiles } from '../db/data-files.ts';
import { databaseSettings } from '../db/environment.ts';
import { stagedTable } from '../db/import/data-set.ts';
import { columnTypes } from '../db/import/stage-file.ts';

// The baseline of an import: copies the files of a folder into bare tables, sorts each table by its parent's id and
// creates the indexes of an import. Prints the seconds of both steps as JSON.

const sortedBy: Record<string, string> = { 'product.csv': 'id' };
/** Indexes over the columns of the files. The partial indexes are empty, as after an import. */
const indexes: Record<string, readonly string[]> = {
  'product.csv': ['(id)', '(default_price)'],
  'questions.csv': ['(product_id, id)', '(id)', '(id) where helpful < 0'],
  'answers.csv': ['(question_id, id, helpful)', '(id)', '(id) where helpful < 0'],
};

/** An import runs without autovacuum too. */
const quiet = 'with (autovacuum_enabled = false)';

const [folder, photos] = new Command('import-baseline')
  .argument('<folder>', 'the folder with the data files')
  .argument('<photos>', 'the folder with photos.csv')
  .parse().processedArgs as [string, string];
const files: readonly DataFile[] = [...catalogueFiles, ...qaFiles];
const client = new Client(databaseSettings(process.env));
await client.connect();
await client.query('drop schema if exists import_baseline cascade');
await client.query('create schema import_baseline');
await client.query(`set work_mem = '96MB'`); // the total of all sorts in one statement of an import
try {
  const copy_s = await timed(copy);
  console.log(JSON.stringify({ copy_s, sort_s: await timed(sortAndIndex) }));
} finally {
  await client.query('drop schema import_baseline cascade');
  await client.end();
}

async function copy(): Promise<void> {
  for (const file of files) {
    const columns = Object.entries(file.columns).map(([name, type]) => `"${name}" ${columnTypes[type]}`);
    await client.query(`create table ${bare(file)} (${columns.join(', ')}) ${quiet}`);
    const path = join(file.name === 'photos.csv' ? photos : folder, file.name);
    const into = client.query(copyFrom(`copy ${bare(file)} from stdin (format csv, header, null 'null')`));
    await pipeline(createReadStream(path, { highWaterMark: 131_072 }), into);
  }
}

async function sortAndIndex(): Promise<void> {
  for (const file of files) {
    const [, parent] = Object.keys(file.columns);
    const order = sortedBy[file.name] ?? `"${parent}", id`;
    await client.query(
      `create table ${bare(file)}_sorted ${quiet} as select * from ${bare(file)} order by ${order}`,
    );
    await client.query(`drop table ${bare(file)}`);
    for (const index of indexes[file.name] ?? [])
      await client.query(`create index on ${bare(file)}_sorted ${index}`);
  }
}

function bare(file: DataFile): string {
  return `import_baseline.${stagedTable(file)}`;
}

/** Seconds that the step takes. */
async function timed(step: () => Promise<void>): Promise<number> {
  const started_ms = performance.now();
  await step();
  return (performance.now() - started_ms) / 1000;
}
