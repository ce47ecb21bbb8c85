import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';

/** The containers whose share of the core is told, by service. */
export const services = ['nginx', 'app', 'postgres', 'plain', 'single', 'yardsticks'] as const;
export type Service = (typeof services)[number];

/** Processor time in seconds and memory in MiB (usage less inactive file pages), all containers of a service together. */
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

/** Brings the stack up anew on one core, with what it is measured against beside it. */
export function startRig(): void {
  ranBefore = compose('ps', '--quiet', 'nginx').trim() !== '';
  mkdirSync('bench/.static', { recursive: true });
  const ready = ['--wait', '--wait-timeout', '600'];
  compose('--progress', 'quiet', 'up', '--detach', '--build', '--force-recreate', ...ready);
}

/** Takes away what it was measured against, and leaves the stack as it was before: on all cores, or down. */
export function stopRig(): void {
  compose('--progress', 'quiet', 'rm', '--stop', '--force', 'plain', 'single', 'yardsticks');
  const restore = ranBefore ? ['up', '--detach', '--wait'] : ['down'];
  execFileSync('docker', ['compose', '--progress', 'quiet', ...restore], { stdio: 'inherit' });
}

/** What a query printed, asked as the owner. */
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

/** The containers that were restarted, or of which the kernel killed something for lack of memory. */
export function hurtContainers(): string[] {
  const ids = [...containers.values()].flat();
  const format = '{{.Name}} {{.RestartCount}} {{.State.OOMKilled}}';
  const states = execFileSync('docker', ['inspect', '--format', format, ...ids])
    .toString()
    .trim()
    .split('\n');
  return states.filter(state => !state.endsWith(' 0 false'));
}

/** What the engine says about a container. */
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

/** Reads of data that the replicas answered so far, as their metrics count them. */
export function appReads(): number {
  const replicas = "getent ahostsv4 app | cut -d' ' -f1 | sort -u";
  const ask = `for ip in $(${replicas}); do curl -sSf http://$ip:3000/metrics || exit; done`;
  const counts = compose('exec', '-T', 'nginx', 'sh', '-c', ask).matchAll(
    /^http_request_duration_seconds_count\{method="GET",route="\/(?:products|qa)[^}]*\} (\d+)/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Reads of the machine's disks so far; NaN where Linux does not tell. */
export function diskReads(): number {
  if (!existsSync('/proc/diskstats')) return Number.NaN;
  const disks = readFileSync('/proc/diskstats', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, , name]) => /^(?:[vs]d[a-z]|xvd[a-z]|nvme\dn\d)$/.test(name ?? ''));
  return disks.reduce((sum, [, , , reads]) => sum + Number(reads), 0);
}
