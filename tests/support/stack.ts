import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec, ps } from 'docker-compose';
import { type Call, call, type HttpResponse } from '../../app/testing/http.ts';

const run = promisify(execFile);

/** The port of the stack under test. */
export const port = 18_088;

/** What `make test-stack` passes on to a make that a test starts: its level and its variables. */
const ofMake = ['MAKELEVEL', 'MAKEFLAGS', 'MAKEOVERRIDES', 'MFLAGS'];
const environment = Object.entries(process.env).filter(([name]) => !ofMake.includes(name));

/** Options of commands on the stack under test. It runs beside any other stack of this checkout, and its cache is small: 128 MiB. */
export const stack = {
  cwd: join(import.meta.dirname, '../..'),
  env: {
    ...Object.fromEntries(environment),
    COMPOSE_PROJECT_NAME: 'elier-test',
    HTTP_PORT: String(port),
    CACHE_ANSWERS: '32768',
    TLS: 'off',
  },
};

/** Options of `docker compose up` that wait until the stack is ready. */
export const ready = ['--wait', '--wait-timeout', '180'];

/** Sends one request through Nginx on a new connection. */
export const request = (path: string, options?: Call): Promise<HttpResponse> => call(port, path, options);

/** Requests a page until Nginx serves it from the cache. */
export async function untilCached(path: string, options?: Call): Promise<void> {
  for (let attempt = 0; (await request(path, options)).headers['x-cache'] !== 'HIT'; attempt++)
    if (attempt === 20) throw new Error(`${path} is not cached after 20 requests.`);
}

/** Waits until Nginx keeps questions for long: for 30 s after a write without a response, it keeps them for a second. */
export async function untilQuestionsAreKept(): Promise<void> {
  const path = '/qa/questions?product_id=1&count=1';
  for (let attempt = 0; attempt < 40; attempt++) {
    await untilCached(path);
    await sleep(1100);
    if ((await request(path)).headers['x-cache'] === 'HIT') return;
  }
  throw new Error('Nginx does not keep questions after 40 s.');
}

/** Sends requests over a limited number of shared connections, as a browser does. */
export function clientWith(connections: number): typeof request {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return (path, options) => call(port, path, { agent, ...options });
}

/** The names of the running containers of the app. */
export async function replicas(): Promise<string[]> {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  return data.services.map(({ name }) => name).filter(name => /-app-\d+$/.test(name));
}

/** The metrics of each replica. */
export async function metrics(): Promise<string[]> {
  const curl = ['curl', '-fsS', '--retry', '10', '--retry-delay', '1', '--retry-connrefused'];
  const texts = (await replicas()).map(async name => {
    const { out } = await exec('nginx', [...curl, `http://${name}:3000/metrics`], stack);
    return out;
  });
  return Promise.all(texts);
}

/** The number of requests that each replica has served. */
export async function servedRequests(): Promise<number[]> {
  return (await metrics()).map(text => {
    const ofRoutes = text.matchAll(/^http_request_duration_seconds_count.* (\d+)$/gm);
    return [...ofRoutes].reduce((sum, [, count]) => sum + Number(count), 0);
  });
}

/**
 * Waits until Nginx sends requests to all three replicas. It takes a replica out of rotation for 5 s (fail_timeout) after a
 * failure.
 */
export async function allServe(): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const before = await servedRequests();
    const seen = new Set<string>();
    for (let read = 0; read < 30; read += 1) {
      const page = 1_000_000 + Math.floor(Math.random() * 1e8); // no other test reads it
      const { status, headers } = await request(`/products?page=${page}&count=2`);
      seen.add(`${status} ${headers['x-cache']}`);
    }
    const after = await servedRequests();
    // Reading the metrics counts as a request too.
    const areUsed = after.length === 3 && after.every((count, index) => count > (before[index] ?? count) + 3);
    // With all replicas out of rotation, Nginx tries each of them and caches nothing (BYPASS).
    if (areUsed && [...seen].every(response => response === '200 MISS')) return;
    last = `${before}, then ${after}, with ${[...seen]}`;
    await sleep(1000);
  }
  throw new Error(`Nginx does not use all replicas. They served ${last}.`);
}

/** Memory that the kernel cannot reclaim: "anon" in cgroup v2, "total_rss" in v1. */
export async function memoryOf(container: string): Promise<number> {
  const read = 'cat /sys/fs/cgroup/memory.stat 2>/dev/null || cat /sys/fs/cgroup/memory/memory.stat';
  const figures = await docker('exec', container, 'sh', '-c', read);
  const bytes = /^(?:anon|total_rss) ([0-9]+)$/m.exec(figures)?.[1];
  if (bytes === undefined) throw new Error(`The memory of ${container} cannot be read: ${figures}`);
  return Number(bytes) / 2 ** 20;
}

/** The start time of each long-running container, by name. */
export async function startTimes(): Promise<Readonly<Record<string, string>>> {
  const names = [...(await replicas()), 'elier-test-nginx-1', 'elier-test-postgres-1'];
  const entries = names.map(
    async name => [name, await docker('inspect', '-f', '{{.State.StartedAt}}', name)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Describes the long-running containers that have restarted or ended. */
export async function deathsSince(started: Readonly<Record<string, string>>): Promise<string[]> {
  const now = await startTimes();
  return Object.keys({ ...started, ...now })
    .filter(name => now[name] !== started[name])
    .map(name => (now[name] ? `${name} restarted at ${now[name]}.` : `${name} has ended.`));
}

/** Runs docker and returns its output. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args);
  return stdout.trim();
}

/** Runs a statement as the owner of the database and returns its output. */
export async function sql(statement: string): Promise<string> {
  const { out } = await exec('postgres', ['psql', '-U', 'elier', '-d', 'elier', '-Atc', statement], stack);
  return out.trim();
}

const written = { body: 'A text of the tests', name: 'Tester', email: 'tester@mail.example' };

/** Writes a question and returns its id. */
export async function newQuestion(product = 1): Promise<number> {
  const { status, json } = await request('/qa/questions', {
    method: 'POST',
    body: { ...written, product_id: product },
  });
  if (status !== 201) throw new Error(`POST /qa/questions returned ${status}.`);
  return json.question_id;
}

export const newAnswer = (question: number, more: object = {}): Promise<HttpResponse> =>
  request(`/qa/questions/${question}/answers`, { method: 'POST', body: { ...written, ...more } });
