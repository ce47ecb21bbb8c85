import { catalogueFiles, type DataFile, qaFiles } from '../data-files.ts';

/** The nine data files, each after the file that its rows refer to. */
export const dataFiles = [...catalogueFiles, ...qaFiles];
export type FileName = (typeof dataFiles)[number]['name'];

/** The number of rows of a data file at a scale of (0, 1], dirty rows included; at least 1. */
export function rowsAt(file: DataFile, scale: number): number {
  return Math.max(1, Math.round(file.rows * scale));
}
