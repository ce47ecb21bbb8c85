import { readdir } from 'node:fs/promises';

/** An invalid option. The message is one sentence that names the option. */
export class InvalidOption extends Error {}

/** Reads a scale: a number above 0 and at most 1. Throws InvalidOption. */
export function scaleFrom(text: string): number {
  const scale = /^[0-9]*\.?[0-9]+(e-?[0-9]+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (scale > 0 && scale <= 1) return scale;
  throw new InvalidOption(`scale must be a number above 0 and at most 1, not "${text}".`);
}

/** Reads a seed: a whole number from 0 with at most 15 digits. Throws InvalidOption. */
export function seedFrom(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new InvalidOption(`seed must be a whole number from 0 to 999999999999999, not "${text}".`);
}

/** Throws InvalidOption unless the folder does not exist yet, or contains no data files. */
export async function checkFolder(out: string): Promise<void> {
  if (out === '') throw new InvalidOption('out must name the folder to write to.');
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw new InvalidOption(`out must be a folder, but "${out}" is a file.`);
    throw error;
  });
  const other = names.find(name => name.endsWith('.csv'));
  if (other !== undefined) {
    throw new InvalidOption(
      `out must be a folder without data files, but "${out}" already contains ${other}.`,
    );
  }
}
