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
  type ProductRow,
  photoFile,
  productFile,
  questionFile,
  relatedFile,
  skuFile,
  styleFile,
} from './chosen.ts';
import { findFiles } from './files.ts';
import { pagesOf } from './list-pages.ts';
import { readRows, type Selection } from './read-rows.ts';
import type { FileIds } from './user-writes.ts';

export interface Chosen extends FileIds {
  readonly products: readonly ChosenProduct[];
  readonly pages: readonly ListPage[];
  /** The number of products in the files. */
  readonly productsInAll: number;
  /** Rows of the chosen products and pages, and how many of these rows were repaired. */
  readonly rows: number;
  readonly repaired: number;
  readonly bytes: number;
}

/**
 * Chooses random products of a folder, and pages of their list, and reads their rows from the nine files. Memory holds the
 * chosen rows, the ids of the products, and one bit per id of each file. Throws VerifyFailure when a file is missing or
 * has the wrong columns.
 */
export async function readChosen(folder: string, count: number, progress: Progress): Promise<Chosen> {
  const files = await findFiles(folder);
  let bytes = 0;
  let rows = 0;
  let repaired = 0;
  const pass = <F extends DataFile>(file: F, selection: Selection<F>) => {
    return readRows(files.pathOf(file), file, selection, more => {
      bytes += more;
      progress.advance(bytes, file.name);
    });
  };
  const read = async <F extends DataFile>(file: F, selection: Selection<F>) => {
    const found = await pass(file, selection);
    rows += found.added;
    repaired += found.repaired;
    return found.ids;
  };
  // The products' file is read twice, because a product's position in the list depends on all ids.
  progress.begin('reading', files.bytes + files.bytesOf(productFile));

  const ids: number[] = [];
  const listed: number[] = [];
  await pass(productFile, {
    isWanted(id) {
      ids.push(id);
      return true;
    },
    add: ({ id }) => listed.push(id),
  });
  const random = new Random(1, 'verify').at(0);
  const products = new Map<number, ChosenProduct>();
  while (products.size < Math.min(count, ids.length)) {
    const id = random.of(ids);
    products.set(id, { id, features: [], styles: [], related: [], questions: [] });
  }
  const pages = pagesOf(Uint32Array.from(listed).sort(), random);
  const onPages = new Set(pages.flatMap(page => page.ids));
  const listRows = new Map<number, ProductRow>();
  await read(productFile, {
    isWanted: id => products.has(id) || onPages.has(id),
    add(row) {
      listRows.set(row.id, row);
      const product = products.get(row.id);
      if (product) product.row = row;
    },
  });
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
  return {
    products: [...products.values()],
    pages: pages.map(({ path, ids }) => ({ path, rows: ids.flatMap(id => listRows.get(id) ?? []) })),
    productsInAll: ids.length,
    rows,
    repaired,
    bytes: files.bytes,
    questionIds,
    answerIds,
  };
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
