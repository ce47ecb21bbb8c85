import { catalogueFiles, qaFiles } from '../data-files.ts';
import type { RowOf } from './values.ts';

export const [productFile, featureFile, styleFile, photoFile, skuFile, relatedFile] = catalogueFiles;
export const [questionFile, answerFile, answerPhotoFile] = qaFiles;

/** A product that is looked into, with all that the data files hold of it, in the order of their lines. */
export interface ChosenProduct {
  readonly id: number;
  /** Its own row; without it, the product is not there. */
  row?: RowOf<typeof productFile>;
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

/** A page of the list of products, and the rows that it must show, in their order. */
export interface ListPage {
  readonly path: string;
  readonly rows: readonly RowOf<typeof productFile>[];
}
