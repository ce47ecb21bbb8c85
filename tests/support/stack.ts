import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec, ps } from 'docker-compose';
import { type Answer, type Call, call } from '../../app/testing/http.ts';

const run = promisify(execFile);

/** Where the stack under test answers. */
export const port = 18_088;

/** The stack under test: this checkout's, apart from any other that runs on the machine. */
export const stack = {
  cwd: join(import.meta.dirname, '../..'),
  env: { ...process.env, COMPOSE_PROJECT_NAME: 'elier-test', HTTP_PORT: String(port) },
};

/** `docker compose up`, done when the stack is ready. */
export const ready = ['--wait', '--wait-timeout', '180'];

/** One request through Nginx, on a connection of its own. */
export const request = (path: string, options?: Call): Promise<Answer> => call(port, path, options);

/** Asks for a page until Nginx answers from its cache. */
export async function untilCached(path: string, options?: Call): Promise<void> {
  for (let attempt = 0; (await request(path, options)).headers['x-cache'] !== 'HIT'; attempt++)
    if (attempt === 20) throw new Error(`The cache does not take ${path}.`);
}

/**
 * Asks for pages and returns when Nginx has kept them for longer than its 50 s: it may answer with them only while nobody
 * else can.
 */
export async function untilOld(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await request(path);
    await sleep(20); // a replica lets Nginx keep 30 new answers a second
  }
  await sleep(52_000);
}

/** Requests that share a bounded number of connections, as a browser's or a load generator's do. */
export function clientWith(connections: number): typeof request {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return (path, options) => call(port, path, { agent, ...options });
}

/** The names of the containers of the app's replicas that run now. */
export async function replicas(): Promise<string[]> {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  return data.services.map(({ name }) => name).filter(name => /-app-\d+$/.test(name));
}

/** What each replica counts, as it says itself as soon as it listens. */
export async function metrics(): Promise<string[]> {
  const curl = ['curl', '-fsS', '--retry', '10', '--retry-delay', '1', '--retry-connrefused'];
  const texts = (await replicas()).map(async name => {
    const { out } = await exec('nginx', [...curl, `http://${name}:3000/metrics`], stack);
    return out;
  });
  return Promise.all(texts);
}

/** How many requests each replica has answered. */
export async function answered(): Promise<number[]> {
  return (await metrics()).map(text => {
    const ofRoutes = text.matchAll(/^http_request_duration_seconds_count.* (\d+)$/gm);
    return [...ofRoutes].reduce((sum, [, count]) => sum + Number(count), 0);
  });
}

/**
 * Returns when Nginx sends requests to all three replicas: it passes over one that failed, or that it met before it listened,
 * for 5 s (fail_timeout), in whole seconds of its clock.
 */
export async function allServe(): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const before = await answered();
    const seen = new Set<string>();
    for (let read = 0; read < 30; read += 1) {
      const page = 1_000_000 + Math.floor(Math.random() * 1e8); // nobody else asks for it
      const { status, headers } = await request(`/products?page=${page}&count=2`);
      seen.add(`${status} ${headers['x-cache']}`);
    }
    const after = await answered();
    // A replica's own count rises with each question about it, too.
    const areAsked =
      after.length === 3 && after.every((count, index) => count > (before[index] ?? count) + 3);
    // While Nginx passes over all of them it also asks each, and keeps nothing: BYPASS.
    if (areAsked && [...seen].every(answer => answer === '200 MISS')) return;
    last = `${before}, then ${after}, with ${[...seen]}`;
    await sleep(1000);
  }
  throw new Error(`Nginx does not use all replicas: they had answered ${last}.`);
}

/** Without what the kernel may take back, such as files: "anon" in the control groups' version 2, "total_rss" in 1. */
export async function memoryOf(container: string): Promise<number> {
  const read = 'cat /sys/fs/cgroup/memory.stat 2>/dev/null || cat /sys/fs/cgroup/memory/memory.stat';
  const figures = await docker('exec', container, 'sh', '-c', read);
  const bytes = /^(?:anon|total_rss) ([0-9]+)$/m.exec(figures)?.[1];
  if (bytes === undefined) throw new Error(`The memory of ${container} cannot be read: ${figures}`);
  return Number(bytes) / 2 ** 20;
}

/** When each container was started that should run for ever, by name. */
export async function startTimes(): Promise<Readonly<Record<string, string>>> {
  const names = [...(await replicas()), 'elier-test-nginx-1', 'elier-test-postgres-1'];
  const entries = names.map(
    async name => [name, await docker('inspect', '-f', '{{.State.StartedAt}}', name)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Which of the containers that should run for ever were started again since, or run no more. */
export async function deathsSince(started: Readonly<Record<string, string>>): Promise<string[]> {
  const now = await startTimes();
  return Object.keys({ ...started, ...now })
    .filter(name => now[name] !== started[name])
    .map(name => (now[name] ? `${name} was started by itself at ${now[name]}.` : `${name} runs no more.`));
}

/** A Docker command on one container: kill, start, restart … */
export async function docker(...words: string[]): Promise<string> {
  const { stdout } = await run('docker', words);
  return stdout.trim();
}

/** A statement run in the stack's own PostgreSQL, as its owner; what it printed. */
export async function sql(statement: string): Promise<string> {
  const { out } = await exec('postgres', ['psql', '-U', 'elier', '-d', 'elier', '-Atc', statement], stack);
  return out.trim();
}

const written = { body: 'A text of the tests', name: 'Tester', email: 'tester@mail.example' };

/** Asks a new question about product 1 and returns its id: tests write to what they made themselves. */
export async function newQuestion(product = 1): Promise<number> {
  const { status, json } = await request('/qa/questions', {
    method: 'POST',
    body: { ...written, product_id: product },
  });
  if (status !== 201) throw new Error(`A question was answered with ${status}.`);
  return json.question_id;
}

export const newAnswer = (question: number, more: object = {}): Promise<Answer> =>
  request(`/qa/questions/${question}/answers`, { method: 'POST', body: { ...written, ...more } });
