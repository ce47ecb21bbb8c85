import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { stack } from './stack.ts';

/** Arguments of docker that run one more Nginx of the stack, with these settings. */
const runOf = (settings: Readonly<Record<string, string>>, ...options: string[]): string[] => [
  ...['compose', 'run', '--rm', '--no-deps', ...options],
  ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  'nginx',
];

/** Starts an Nginx that should refuse its settings. Returns its exit code and the last line that it prints. */
export async function refusal(settings: Readonly<Record<string, string>>) {
  const command = runOf(settings, '--no-TTY', '--volume', '/var/tmp');
  const started = promisify(execFile)('docker', command, { ...stack, timeout: 20_000 });
  return started.then(
    () => ({ code: 0, lastLine: '' }),
    ({ code, stderr }) => ({ code, lastLine: String(stderr).trim().split('\n').at(-1) }),
  );
}

/**
 * Starts an Nginx. Its `curl` runs in the container and returns the status line, the headers and the body.
 *
 * @param cache the volume of the cache; a new one by default
 */
export async function startNginx(settings: Readonly<Record<string, string>>, cache = '') {
  const docker = async (...args: string[]) => (await promisify(execFile)('docker', args, stack)).stdout;
  const volume = cache ? `${cache}:/var/tmp` : '/var/tmp';
  const id = (await docker(...runOf(settings, '--detach', '--volume', volume))).trim();
  return {
    id,
    curl: (...args: string[]) =>
      docker('exec', id, 'curl', '-si', '--retry-connrefused', '--retry', '5', ...args),
    stop: () => docker('stop', id),
  };
}
