import { catalogueFiles, qaFiles } from '../data-files.ts';
import type { RowOf } from './values.ts';

export const [productFile, featureFile, styleFile, photoFile, skuFile, relatedFile] = catalogueFiles;
export const [questionFile, answerFile, answerPhotoFile] = qaFiles;

export type ProductRow = RowOf<typeof productFile>;

/** A product to compare, with its rows from all data files, each list in the order of the file. */
export interface ChosenProduct {
  readonly id: number;
  /** Undefined when the import rejects the product's row. */
  row?: ProductRow;
  readonly features: RowOf<typeof featureFile>[];
  readonly styles: ChosenStyle[];
  readonly related: number[];
  readonly questions: ChosenQuestion[];
}

export interface ChosenStyle {
  readonly row: RowOf<typeof styleFile>;
  readonly photos: RowOf<typeof photoFile>[];
  readonly skus: RowOf<typeof skuFile>[];
}

export interface ChosenQuestion {
  readonly row: RowOf<typeof questionFile>;
  readonly answers: ChosenAnswer[];
}

export interface ChosenAnswer {
  readonly row: RowOf<typeof answerFile>;
  readonly photos: RowOf<typeof answerPhotoFile>[];
}

/** A page of the list of products, with the rows that it must show, in order. */
export interface ListPage {
  readonly path: string;
  readonly rows: readonly ProductRow[];
}
