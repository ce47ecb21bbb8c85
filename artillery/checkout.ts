import { execFileSync } from 'node:child_process';

/** The commit of a Git checkout: "57a8768", or "57a8768 and changes". Undefined when the folder is not a checkout. */
export function commitOf(folder: string): string | undefined {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', '--short', 'HEAD');
    return git('--no-optional-locks', 'status', '--porcelain') === '' ? commit : `${commit} and changes`;
  } catch {
    return undefined;
  }
}
