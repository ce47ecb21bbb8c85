import { readdir } from 'node:fs/promises';
import { SettingError } from '../environment.ts';

/** Reads a scale: a number above 0 and at most 1. Throws SettingError. */
export function scaleFrom(text: string): number {
  const scale = /^[0-9]*\.?[0-9]+(e-?[0-9]+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (scale > 0 && scale <= 1) return scale;
  throw new SettingError(`scale must be a number above 0 and at most 1, not "${text}".`);
}

/** The range of a seed. */
export const seeds = { min: 0, max: 999_999_999_999_999 };

/** Throws SettingError unless the folder does not exist yet, or contains no data files. */
export async function checkFolder(out: string): Promise<void> {
  if (out === '') throw new SettingError('out must name the folder to write to.');
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw new SettingError(`out must be a folder, but "${out}" is a file.`);
    throw error;
  });
  const other = names.find(name => name.endsWith('.csv'));
  if (other !== undefined) {
    throw new SettingError(
      `out must be a folder without data files, but "${out}" already contains ${other}.`,
    );
  }
}
