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
 * Starts an Nginx and waits until it is ready. Its `curl` runs in the container and returns the status line, the headers and the body.
 *
 * @param cache the volume of the cache; a new one by default
 */
export async function startNginx(settings: Readonly<Record<string, string>>, cache = '') {
  const docker = async (...args: string[]) => (await promisify(execFile)('docker', args, stack)).stdout;
  const volume = cache ? `${cache}:/var/tmp` : '/var/tmp';
  const id = (await docker(...runOf(settings, '--detach', '--volume', volume))).trim();
  // Nginx listens before it has resolved the names of the replicas. Until then each request gets a 503.
  const untilReady = ['--retry', '20', '--retry-delay', '1', '--retry-connrefused', '-fso', '/dev/null'];
  await docker('exec', id, 'curl', ...untilReady, 'http://127.0.0.1:8080/health/ready');
  return {
    id,
    curl: (...args: string[]) => docker('exec', id, 'curl', '-si', ...args),
    stop: () => docker('stop', id),
  };
}
