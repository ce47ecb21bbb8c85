import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An editor writes a file in several steps, and Git writes many files: they count as one change. */
const settle_ms = 100;

/** The source files that change in some folders, from now on. */
export class Changes {
  readonly #changed = new Set<string>();
  readonly #signal: AbortSignal;
  readonly #watch: FolderWatch;
  #wake = () => {};

  constructor(folders: readonly string[], signal: AbortSignal) {
    this.#signal = signal;
    this.#watch = new FolderWatch(path => {
      if (!isSource(path)) return;
      this.#changed.add(path);
      this.#wake();
    });
    for (const folder of folders) this.#watch.add(folder);
    signal.addEventListener('abort', () => this.#wake());
  }

  /** Yields their paths, those that changed in one moment together, until the signal aborts. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string[]> {
    for (;;) {
      if (this.#changed.size === 0 && !this.#signal.aborted) {
        await new Promise<void>(resolve => {
          this.#wake = resolve;
        });
      }
      if (this.#signal.aborted) return;
      await sleep(settle_ms);
      const paths = [...this.#changed].sort();
      this.#changed.clear();
      yield paths;
    }
  }

  close(): void {
    this.#watch.close();
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
