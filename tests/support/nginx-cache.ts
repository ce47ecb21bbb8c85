import { setTimeout as sleep } from 'node:timers/promises';
import { exec, restartOne } from 'docker-compose';
import { request, stack } from './stack.ts';

const folder = '/var/tmp/cache';

/**
 * Empties the cache and restarts Nginx. A minute after a restart Nginx loads the entries on disk, and would take those of a full
 * cache for newer than the entries cached meanwhile.
 */
export async function emptyCache(): Promise<void> {
  await exec('nginx', ['sh', '-c', `rm -rf ${folder}/*`], stack);
  await restartOne('nginx', stack);
  while ((await request('/products/1').catch(() => undefined))?.status !== 200) await sleep(100);
}

/** Disk space of all cached responses. */
export async function cacheSize_MiB(): Promise<number> {
  const { out } = await exec('nginx', ['find', folder, '-type', 'f', '-printf', '%k\n'], stack);
  const sizes_KiB = out.trim().split('\n').map(Number);
  return sizes_KiB.reduce((total, size) => total + size) / 1024;
}
