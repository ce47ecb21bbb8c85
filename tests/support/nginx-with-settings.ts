import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { stack } from './stack.ts';

type Settings = Readonly<Record<string, string>>;

/** Arguments of docker that run one more Nginx of the stack. */
const runOf = (...options: string[]): string[] => [
  'compose',
  'run',
  '--rm',
  '--no-deps',
  ...options,
  'nginx',
];
/** Compose reads settings from the environment. */
const stackWith = (settings: Settings) => ({ ...stack, env: { ...stack.env, ...settings } });

/** Starts an Nginx that should refuse its settings. Returns its exit code and the last line that it prints. */
export async function refusal(settings: Settings) {
  const command = runOf('--no-TTY', '--volume', '/var/tmp');
  const started = promisify(execFile)('docker', command, { ...stackWith(settings), timeout: 20_000 });
  return started.then(
    () => ({ code: 0, lastLine: '' }),
    ({ code, stderr }) => ({ code, lastLine: String(stderr).trim().split('\n').at(-1) }),
  );
}

/**
 * Starts an Nginx and waits until it is ready. With HTTP_PORT among the settings, its ports are published. Its `curl` runs in the
 * container and returns the status line, the headers and the body.
 *
 * @param cache the volume of the cache; a new one by default
 */
export async function startNginx(settings: Settings, cache = '') {
  const docker = async (...args: string[]) =>
    (await promisify(execFile)('docker', args, stackWith(settings))).stdout;
  const volume = cache ? `${cache}:/var/tmp` : '/var/tmp';
  const ports = 'HTTP_PORT' in settings ? ['--service-ports'] : [];
  const id = (await docker(...runOf(...ports, '--detach', '--volume', volume))).trim();
  // Nginx listens before it has resolved the names of the replicas. Until then each request gets a 503.
  const untilReady = ['--retry', '20', '--retry-delay', '1', '--retry-connrefused', '-fso', '/dev/null'];
  await docker('exec', id, 'curl', ...untilReady, 'http://127.0.0.1:8080/health/ready');
  return {
    id,
    curl: (...args: string[]) => docker('exec', id, 'curl', '-si', ...args),
    stop: () => docker('stop', id),
  };
}
