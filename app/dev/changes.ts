import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An editor writes a file in several steps, and Git writes many files: they count as one change. */
const settle_ms = 100;

/** Yields the paths of source files that changed in the folders, those of one moment together, until the signal aborts. */
export async function* changesIn(folders: readonly string[], signal: AbortSignal): AsyncGenerator<string[]> {
  const changed = new Set<string>();
  let wake = () => {};
  signal.addEventListener('abort', () => wake());
  const watcher = new FolderWatch(path => {
    if (!isSource(path)) return;
    changed.add(path);
    wake();
  });
  for (const folder of folders) watcher.add(folder);
  try {
    while (!signal.aborted) {
      if (changed.size === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
      await sleep(settle_ms);
      const paths = [...changed].sort();
      changed.clear();
      if (!signal.aborted) yield paths;
    }
  } finally {
    watcher.close();
  }
}

/**
 * One watcher a folder. Node's own recursive one watches the files on Linux, and loses a file that an editor replaces by
 * another of the same name.
 */
class FolderWatch {
  readonly #notice: (path: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();

  /** Is told of each path in a watched folder that is written, made, renamed or removed. */
  constructor(notice: (path: string) => void) {
    this.#notice = notice;
  }

  /** Watches a folder and all folders in it. */
  add(folder: string): void {
    this.#watchers.get(folder)?.close();
    const watcher = watch(folder, (_, name) => {
      if (name) this.#see(join(folder, name));
    });
    watcher.on('error', () => watcher.close()); // the folder is gone
    this.#watchers.set(folder, watcher);
    for (const name of foldersIn(folder)) this.add(join(folder, name));
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #see(path: string): void {
    this.#notice(path);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    this.add(path);
    // What came into a new folder before it was watched.
    for (const name of readdirSync(path, { encoding: 'utf8', recursive: true }))
      this.#notice(join(path, name));
  }
}

const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name);

/** What the service is made of: no tests, nothing that an editor keeps beside a file. */
const isSource = (path: string) =>
  /\/[^./][^/]*\.(?:ts|sql)$/.test(path) && !/\.test\.ts$|\/testing\//.test(path);
