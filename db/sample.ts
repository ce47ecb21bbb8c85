import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabaseSettings } from './environment.ts';
import { generate } from './generate/generate.ts';
import { folderAt } from './import/data-folder.ts';
import { importFolder } from './import/import-folder.ts';

/** 1,000 products, 39,000 rows. */
const sampleScale = 0.001;

/**
 * Imports a small generated data set into an empty, migrated database. Returns the number of imported rows, or 0 when
 * the database is not empty. Throws the errors of `importFolder`.
 */
export async function importSample(owner: DatabaseSettings): Promise<number> {
  if (!(await isEmpty(owner))) return 0;
  const folder = await mkdtemp(join(tmpdir(), 'elier-sample-'));
  try {
    await generate({ out: folder, scale: sampleScale, seed: 1 });
    const { files } = await importFolder({
      owner,
      folder: folderAt(folder),
      rejects: join(folder, 'rejects.csv'),
    });
    return files.reduce((sum, file) => sum + file.imported, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function isEmpty(owner: DatabaseSettings): Promise<boolean> {
  const client = new Client(owner);
  await client.connect();
  try {
    const { rowCount } = await client.query(
      '(select from catalogue.product limit 1) union all (select from qa.question limit 1)',
    );
    return rowCount === 0;
  } finally {
    await client.end();
  }
}
