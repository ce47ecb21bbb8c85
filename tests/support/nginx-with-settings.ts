import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { stack } from './stack.ts';

/** Words of `docker compose run` for one more Nginx of the stack, with these settings and a cache of its own. */
const runOf = (settings: Readonly<Record<string, string>>, ...options: string[]): string[] => [
  ...['compose', 'run', '--rm', '--no-deps', ...options],
  ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  'nginx',
];

/** Starts one that should refuse its settings; its last words and its exit code. */
export async function refusal(settings: Readonly<Record<string, string>>) {
  const words = runOf(settings, '--no-TTY', '--volume', '/var/tmp');
  const started = promisify(execFile)('docker', words, { ...stack, timeout: 20_000 });
  return started.then(
    () => ({ code: 0, words: '' }),
    ({ code, stderr }) => ({ code, words: String(stderr).trim().split('\n').at(-1) }),
  );
}

/**
 * Starts one, until `stop`. `curl` runs in it and returns the status line, the headers and the body.
 *
 * @param cache the volume of its cache; its own, unless another is named
 */
export async function startNginx(settings: Readonly<Record<string, string>>, cache = '') {
  const docker = async (...words: string[]) => (await promisify(execFile)('docker', words, stack)).stdout;
  const volume = cache ? `${cache}:/var/tmp` : '/var/tmp';
  const id = (await docker(...runOf(settings, '--detach', '--volume', volume))).trim();
  return {
    id,
    curl: (...words: string[]) =>
      docker('exec', id, 'curl', '-si', '--retry-connrefused', '--retry', '5', ...words),
    stop: () => docker('stop', id),
  };
}
