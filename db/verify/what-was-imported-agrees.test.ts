import { join } from 'node:path';
import { startTestService, type TestService } from '../../app/testing/service.ts';
import { generate } from '../generate/generate.ts';
import { folderAt } from '../import/data-folder.ts';
import { importFolder } from '../import/import-folder.ts';
import { emptyFolder } from '../import/testing/data-folder.ts';
import { silent } from './progress.ts';
import { verify } from './verify.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

test('every answer about every product of a generated set, all kinds of defects included, agrees', async () => {
  const data = await emptyFolder();
  const files = await generate({ out: data, scale: 0.0001, seed: 3 });
  const owner = service.database.owner;
  await importFolder({
    owner,
    folder: folderAt(data),
    rejects: join(data, 'rejects.csv'),
    discardUserRows: true,
  });
  const api = new URL(`http://127.0.0.1:${service.port}`);
  const { chosen, comparison } = await verify({ data, api, products: 1000, seed: 1, progress: silent });
  expect(comparison.differences).toEqual([]);
  expect(comparison.differing).toBe(0);
  // All products: so no row is left out but those that an import must reject.
  const kept = files.reduce((sum, { rows, expectedRejected }) => sum + rows - expectedRejected, 0);
  expect(chosen.products).toHaveLength(chosen.productsInAll);
  expect(chosen.rows).toBe(kept);
  expect(chosen.repaired).toBe(2);
});
