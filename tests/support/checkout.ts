import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stack } from './stack.ts';

/** Copies the files of this checkout, with uncommitted changes, to a new folder. Returns the folder. */
export function copyCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'elier-checkout-'));
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const paths = execFileSync('git', list, { cwd: stack.cwd }).toString().split('\0').filter(Boolean);
  for (const path of paths) {
    if (!existsSync(join(stack.cwd, path))) continue; // deleted, not yet committed
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(stack.cwd, path), join(folder, path));
  }
  return folder;
}
