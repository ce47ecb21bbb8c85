import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Mounts a disk of 1 MiB for the test run's server until the end of the test file. Undefined without the right to
 * mount.
 */
export function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'elier-disk-'));
  try {
    // With root, the server runs as nobody.
    const options = 'size=1m,mode=700,uid=65534,gid=65534';
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  afterAll(() => {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });
  return folder;
}
