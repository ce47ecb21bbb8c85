import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';

/** The services of the report. */
export const services = [
  'nginx',
  'app',
  'postgres',
  'baseline',
  'baseline-single',
  'baseline-nginx',
] as const;
export type Service = (typeof services)[number];

/** CPU time and memory (usage less inactive file pages) of all containers of a service. */
export type Usage = Record<Service, { readonly cpu_s: number; readonly memory_MiB: number }>;

const environment = {
  ...process.env,
  COMPOSE_FILE: `${process.env.COMPOSE_FILE ?? 'compose.yaml'}:compose.t2micro.yaml:bench/compose.yaml`,
};

export function compose(...values: string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return execFileSync('docker', ['compose', ...values], {
    env: environment,
    stdio: [...stdio],
    maxBuffer: 2 ** 26,
  }).toString();
}

let ranBefore = false;

/** Restarts the stack on one core, together with its baselines. */
export function startRig(): void {
  ranBefore = compose('ps', '--quiet', 'nginx').trim() !== '';
  mkdirSync('bench/.static', { recursive: true });
  const ready = ['--wait', '--wait-timeout', '600'];
  compose('--progress', 'quiet', 'up', '--detach', '--build', '--force-recreate', ...ready);
}

/** Removes the baselines and restores the stack: on all cores if it ran before, down otherwise. */
export function stopRig(): void {
  compose('--progress', 'quiet', 'rm', '--stop', '--force', 'baseline', 'baseline-single', 'baseline-nginx');
  const restore = ranBefore ? ['up', '--detach', '--wait'] : ['down'];
  execFileSync('docker', ['compose', '--progress', 'quiet', ...restore], { stdio: 'inherit' });
}

/** Runs a query as the owner of the database and returns its output. */
export async function sql(query: string): Promise<string> {
  return compose('exec', '-T', 'postgres', 'psql', '-U', 'elier', '-At', '-c', query).trim();
}

const containers = new Map<Service, string[]>();

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
  return Object.fromEntries(await Promise.all(entries)) as Usage;
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

/** Reads of data that the replicas have served, by their metrics. */
export function appReads(): number {
  const replicas = "getent ahostsv4 app | cut -d' ' -f1 | sort -u";
  const script = `for ip in $(${replicas}); do curl -sSf http://$ip:3000/metrics || exit; done`;
  const counts = compose('exec', '-T', 'nginx', 'sh', '-c', script).matchAll(
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
