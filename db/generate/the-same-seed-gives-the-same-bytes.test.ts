import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyFolder } from '../testing/temporary-folder.ts';
import { dataFiles } from './files.ts';
import { generate } from './generate.ts';
import { Random } from './random.ts';

const scale = 0.0005;
jest.setTimeout(30_000);

async function digests(seed: number): Promise<string[]> {
  const out = await emptyFolder();
  await generate({ out, scale, seed });
  const digest = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(out, name)))
      .digest('hex');
  return Promise.all(dataFiles.map(({ name }) => digest(name)));
}

it('the same seed and scale give the same bytes', async () => {
  expect(await digests(7)).toEqual(await digests(7));
});

it('another seed gives other bytes in every file, however large the seed', async () => {
  const [one, two, large] = await Promise.all([digests(1), digests(2), digests(2 ** 32 + 1)]);
  dataFiles.forEach((_, i) => {
    expect(new Set([one[i], two[i], large[i]]).size).toBe(3);
  });
});

it('random numbers do not depend on the machine or on earlier draws', () => {
  const random = new Random(42, 'a stream');
  random.at(5).below(10);
  const draws = [random.at(123_456_789).below(1_000_000), random.below(1_000_000), random.below(2 ** 40)];
  expect(draws).toEqual([554_891, 881_216, 1_044_424_923_904]);
});
