import { type DataFile, headerOf } from '../data-files.ts';
import { type DirtCounts, dirtPlan } from './dirt.ts';
import { dataFiles, type FileName, rowsAt } from './files.ts';
import { answerLines } from './rows/answers.ts';
import { answerPhotoLines } from './rows/answers-photos.ts';
import { featureLines } from './rows/features.ts';
import { photoLines } from './rows/photos.ts';
import { productLines } from './rows/products.ts';
import { questionLines } from './rows/questions.ts';
import { relatedLines } from './rows/related.ts';
import { skuLines } from './rows/skus.ts';
import { styleLines } from './rows/styles.ts';
import { type Line, Table, type Tables } from './table.ts';

const lines: Readonly<Record<FileName, (tables: Tables) => Line>> = {
  'product.csv': productLines,
  'features.csv': featureLines,
  'styles.csv': styleLines,
  'photos.csv': photoLines,
  'skus.csv': skuLines,
  'related.csv': relatedLines,
  'questions.csv': questionLines,
  'answers.csv': answerLines,
  'answers_photos.csv': answerPhotoLines,
};

/** One of the nine files, ready to write. */
export interface PlannedFile {
  readonly name: FileName;
  readonly rows: number;
  readonly dirt: DirtCounts;
  readonly lineEnd: string;
  /** Yields the header and then each row, without line ends. */
  lines(): Generator<string>;
}

/** The nine files of a data set, each after the file that its rows refer to. */
export function dataSet(scale: number, seed: number): PlannedFile[] {
  const plan = dirtPlan(scale);
  const table = (file: (typeof dataFiles)[number]) =>
    new Table(file.name, rowsAt(file, scale), plan[file.name], seed);
  const tables = Object.fromEntries(dataFiles.map(file => [file.name, table(file)])) as Tables;
  return dataFiles.map(file => ({
    name: file.name,
    rows: tables[file.name].rows,
    dirt: plan[file.name],
    lineEnd: file.name === 'styles.csv' ? '\r\n' : '\n',
    lines: () => linesOf(file, tables),
  }));
}

function* linesOf(file: DataFile & { readonly name: FileName }, tables: Tables): Generator<string> {
  const table = tables[file.name];
  const line = lines[file.name](tables);
  const swaps = table.random('swaps');
  yield (file.name === 'features.csv' ? '\ufeff' : '') + headerOf(file);
  for (let row = 0; row < table.rows; row += 2) {
    const first = line(row);
    if (row + 1 === table.rows) {
      yield first;
      return;
    }
    const second = line(row + 1);
    const isSwapped = swaps.at(row).oneIn(50);
    yield isSwapped ? second : first;
    yield isSwapped ? first : second;
  }
}
