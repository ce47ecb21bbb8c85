import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stack } from './stack.ts';

/** The commands of docs/operations.md for a backup and its restore. */
export const [backUp = '', restore = ''] =
  readFileSync(join(stack.cwd, 'docs/operations.md'), 'utf8')
    .split(/^## /m)
    .find(section => section.startsWith('Backups'))
    ?.match(/(^ {4}.+\n)+/gm) ?? [];
