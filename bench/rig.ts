import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { refuse } from './refuse.ts';

/** The checkout of an earlier release, which is measured beside this one. */
export const before = process.env.BEFORE ? resolve(process.env.BEFORE) : undefined;
if (before && !existsSync(join(before, 'compose.yaml')))
  refuse(`BEFORE must be a folder with a checkout, not "${process.env.BEFORE}".`);

/** The services behind a server, by their role. A baseline's Nginx also leads to the app. */
export const roles = {
  stack: { nginx: ['nginx'], app: ['app'], postgres: ['postgres'] },
  before: { nginx: ['before-nginx'], app: ['before-app'], postgres: ['postgres'] },
  baseline: {
    nginx: ['baseline-nginx'],
    app: ['app', 'baseline', 'baseline-single'],
    postgres: ['postgres'],
  },
};
export type Roles = (typeof roles)['stack'];

/** CPU time and memory (usage less inactive file pages) of all containers of each service. */
export type Usage = ReadonlyMap<string, { readonly cpu_s: number; readonly memory_MiB: number }>;

const beforeServices = before ? ['before-app', 'before-nginx'] : [];
const benchServices = ['baseline', 'baseline-single', 'baseline-nginx', ...beforeServices];
const services = ['nginx', 'app', 'postgres', ...benchServices];

const files = [process.env.COMPOSE_FILE ?? 'compose.yaml', 'compose.t2micro.yaml', 'bench/compose.yaml'];
if (before) files.push('bench/compose.before.yaml');
const environment = { ...process.env, BEFORE: before, COMPOSE_FILE: files.join(':') };

export function compose(...values: string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return execFileSync('docker', ['compose', ...values], {
    env: environment,
    stdio: [...stdio],
    maxBuffer: 2 ** 26,
  }).toString();
}

let wasUp = false;

/** Restarts the stack on one core with empty caches, together with its baselines. */
export function startRig(): void {
  wasUp = compose('ps', '--quiet', 'nginx').trim() !== '';
  mkdirSync('bench/.static', { recursive: true });
  const ready = ['--wait', '--wait-timeout', '600'];
  compose('--progress', 'quiet', 'up', '--detach', '--build', '--force-recreate', ...ready);
  emptyCache('nginx');
  if (before) emptyCache('before-nginx');
}

/** Restarts Nginx with an empty cache. Entries live until an import, so others would be older than this process. */
export function emptyCache(nginx: string): void {
  compose('--progress', 'quiet', 'stop', nginx);
  const remove = ['--entrypoint', 'rm', nginx, '-rf', '/var/tmp/cache'];
  compose('--progress', 'quiet', 'run', '--rm', '--no-deps', '--no-TTY', ...remove);
  compose('--progress', 'quiet', 'up', '--detach', '--no-deps', '--wait', nginx);
}

/** The cache of the stack's Nginx on its disk. */
export function cacheSize(): { readonly cache_MiB: number; readonly cache_files: number } {
  const script = 'exec 2>/dev/null; du -sk /var/tmp/cache; find /var/tmp/cache -type f | wc -l';
  const [kiB = 0, files = 0] = compose('exec', '-T', 'nginx', 'sh', '-c', script)
    .split('\n')
    .map(line => Number.parseInt(line, 10));
  return { cache_MiB: kiB / 1024, cache_files: files };
}

/** Removes the baselines and restores the stack: on all cores if it ran before, down otherwise. */
export function stopRig(): void {
  compose('--progress', 'quiet', 'rm', '--stop', '--force', ...benchServices);
  if (before) {
    const { name } = JSON.parse(compose('config', '--format', 'json'));
    docker('volume', 'rm', '--force', `${name}_before-cache`);
    docker('network', 'rm', '--force', `${name}_before`);
    docker('image', 'rm', '--force', `${name}-before`);
  }
  const restore = wasUp ? ['up', '--detach', '--wait'] : ['down'];
  docker('compose', '--progress', 'quiet', ...restore);
}

function docker(...values: string[]): void {
  execFileSync('docker', values, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Runs a query as the owner of the database and returns its output. */
export async function sql(query: string): Promise<string> {
  return compose('exec', '-T', 'postgres', 'psql', '-U', 'elier', '-At', '-c', query).trim();
}

const containers = new Map<string, string[]>();

export async function readUsage(): Promise<Usage> {
  if (containers.size === 0)
    for (const service of services)
      containers.set(service, compose('ps', '--quiet', service).trim().split('\n').filter(Boolean));
  const entries = services.map(async service => {
    const all = await Promise.all((containers.get(service) ?? []).map(statsOf));
    const cpu_s = all.reduce((sum, { cpu_stats }) => sum + cpu_stats.cpu_usage.total_usage / 1e9, 0);
    const bytes = all.reduce((sum, { memory_stats: { usage, stats } }) => {
      return sum + usage - (stats.total_inactive_file ?? stats.inactive_file ?? 0);
    }, 0);
    return [service, { cpu_s, memory_MiB: bytes / 2 ** 20 }] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Containers that were restarted or OOM-killed. */
export function hurtContainers(): string[] {
  const ids = [...containers.values()].flat();
  const format = '{{.Name}} {{.RestartCount}} {{.State.OOMKilled}}';
  const states = execFileSync('docker', ['inspect', '--format', format, ...ids])
    .toString()
    .trim()
    .split('\n');
  return states.filter(state => !state.endsWith(' 0 false'));
}

/** A container's statistics from the Docker engine. */
async function statsOf(container: string) {
  const path = `/containers/${container}/stats?stream=false&one-shot=true`;
  const text = await new Promise<string>((resolve, reject) => {
    request({ socketPath: '/var/run/docker.sock', path }, async response => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve(body);
    })
      .on('error', reject)
      .end();
  });
  return JSON.parse(text);
}

/** Reads of data that the replicas behind an Nginx have served, by their metrics. */
export function appReads(nginx: string): number {
  const replicas = "getent ahostsv4 app | cut -d' ' -f1 | sort -u";
  const script = `for ip in $(${replicas}); do curl -sSf http://$ip:3000/metrics || exit; done`;
  const counts = compose('exec', '-T', nginx, 'sh', '-c', script).matchAll(
    /^http_request_duration_seconds_count\{method="GET",route="\/(?:products|qa)[^}]*\} (\d+)/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Reads of the machine's disks; NaN without /proc/diskstats. */
export function diskReads(): number {
  if (!existsSync('/proc/diskstats')) return Number.NaN;
  const disks = readFileSync('/proc/diskstats', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, , name]) => /^(?:[vs]d[a-z]|xvd[a-z]|nvme\dn\d)$/.test(name ?? ''));
  return disks.reduce((sum, [, , , reads]) => sum + Number(reads), 0);
}
