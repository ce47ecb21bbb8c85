import type { DataFile } from '../data-files.ts';
import { Random } from '../generate/random.ts';
import type { Progress } from '../progress.ts';
import {
  answerFile,
  answerPhotoFile,
  type ChosenAnswer,
  type ChosenProduct,
  type ChosenQuestion,
  type ChosenStyle,
  featureFile,
  type ListPage,
  photoFile,
  productFile,
  questionFile,
  relatedFile,
  skuFile,
  styleFile,
} from './chosen.ts';
import { findFiles } from './files.ts';
import { readListPages } from './list-pages.ts';
import { readRows, type Selection } from './read-rows.ts';
import { Reservoir } from './reservoir.ts';
import type { FileIds } from './user-writes.ts';

export interface Chosen extends FileIds {
  readonly products: readonly ChosenProduct[];
  readonly pages: readonly ListPage[];
  /** The number of products in the files. */
  readonly productsInAll: number;
  /** Rows of the chosen products, and how many of these rows were repaired. */
  readonly rows: number;
  readonly repaired: number;
  readonly bytes: number;
}

/**
 * Chooses random products of a folder and reads their rows from the nine files, each file once. Also reads the rows of
 * some list pages. Memory holds the chosen rows, and one bit per id of each file. Throws VerifyFailure when a file is
 * missing or has the wrong columns.
 */
export async function readChosen(
  folder: string,
  count: number,
  seed: number,
  progress: Progress,
): Promise<Chosen> {
  const files = await findFiles(folder);
  const pages = await readListPages(files, seed, progress);
  let bytes = 0;
  let rows = 0;
  let repaired = 0;
  const read = async <F extends DataFile>(file: F, selection: Selection<F>) => {
    const found = await readRows(files.pathOf(file), file, selection, more => {
      bytes += more;
      progress.advance(bytes, file.name);
    });
    rows += found.added;
    repaired += found.repaired;
    return found.ids;
  };
  progress.begin('reading', files.bytes);

  const reservoir = new Reservoir<ChosenProduct>(count, new Random(seed, 'verify'));
  let latest: ChosenProduct | undefined;
  await read(productFile, {
    isWanted(id) {
      latest = reservoir.offer(() => ({ id, features: [], styles: [], related: [], questions: [] }));
      return latest !== undefined;
    },
    add(row) {
      if (latest) latest.row = row;
    },
  });
  const products = new Map(reservoir.kept.map(product => [product.id, product]));
  const loaded = new Map([...products].filter(([, { row }]) => row !== undefined));
  await read(
    featureFile,
    below(loaded, 'product_id', (product, row) => product.features.push(row)),
  );
  const styles = new Map<number, ChosenStyle>();
  await read(
    styleFile,
    below(loaded, 'productId', (product, row) => {
      const style = { row, photos: [], skus: [] };
      product.styles.push(style);
      styles.set(row.id, style);
    }),
  );
  await read(
    photoFile,
    below(styles, 'styleId', (style, row) => style.photos.push(row)),
  );
  await read(
    skuFile,
    below(styles, 'styleId', (style, row) => style.skus.push(row)),
  );
  await read(
    relatedFile,
    below(loaded, 'current_product_id', ({ related }, row) => related.push(row.related_product_id)),
  );

  const questions = new Map<number, ChosenQuestion>();
  const questionIds = await read(
    questionFile,
    // A question may refer to a product that does not exist.
    below(products, 'product_id', (product, row) => {
      const question = { row, answers: [] };
      product.questions.push(question);
      questions.set(row.id, question);
    }),
  );
  const answers = new Map<number, ChosenAnswer>();
  const answerIds = await read(
    answerFile,
    below(questions, 'question_id', (question, row) => {
      const answer = { row, photos: [] };
      question.answers.push(answer);
      answers.set(row.id, answer);
    }),
  );
  await read(
    answerPhotoFile,
    below(answers, 'answer_id', (answer, row) => answer.photos.push(row)),
  );
  progress.end();
  const counts = { productsInAll: reservoir.offered, rows, repaired, bytes };
  return { products: reservoir.kept, pages, ...counts, questionIds, answerIds };
}

/** Selects the rows whose second documented column refers to one of `parents`. */
function below<F extends DataFile, Parent>(
  parents: ReadonlyMap<number, Parent>,
  column: keyof F['columns'],
  add: (parent: Parent, row: Parameters<Selection<F>['add']>[0]) => void,
): Selection<F> {
  return {
    isWanted: (_id, parent) => parents.has(parent),
    add(row) {
      const parent = parents.get(row[column] as number);
      if (parent !== undefined) add(parent, row);
    },
  };
}
