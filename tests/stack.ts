import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exec, ps } from 'docker-compose';
import { type Answer, type Call, call } from '../app/testing/http.ts';

const run = promisify(execFile);

/** Where the stack under test answers. */
export const port = 18_088;

/** The stack under test: this checkout's, apart from any other that runs on the machine. */
export const stack = {
  cwd: dirname(import.meta.dirname),
  env: { ...process.env, COMPOSE_PROJECT_NAME: 'elier-test', HTTP_PORT: String(port) },
};

/** `docker compose up`, done when the stack is ready. */
export const ready = ['--wait', '--wait-timeout', '180'];

/** One request through Nginx, on a connection of its own. */
export const ask = (path: string, options?: Call): Promise<Answer> => call(port, path, options);

/** Asks for a page until Nginx answers from its cache. */
export async function untilCached(path: string): Promise<void> {
  for (let attempt = 0; (await ask(path)).headers['x-cache'] !== 'HIT'; attempt++)
    if (attempt === 20) throw new Error(`The cache does not take ${path}.`);
}

/**
 * Asks for pages and returns when Nginx has kept them for longer than its 50 s: it may answer with them only while nobody
 * else can.
 */
export async function untilOld(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await ask(path);
    await sleep(20); // a replica lets Nginx keep 30 new answers a second
  }
  await sleep(52_000);
}

/** Requests that share a bounded number of connections, as a browser's or a load generator's do. */
export function clientWith(connections: number): typeof ask {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return (path, options) => call(port, path, { agent, ...options });
}

/** The names of the containers of the app's replicas that run now. */
export async function replicas(): Promise<string[]> {
  const { data } = await ps({ ...stack, commandOptions: [['--format', 'json']] });
  return data.services.map(({ name }) => name).filter(name => /-app-\d+$/.test(name));
}

/** When each container was started that should run for ever, by name. */
export async function startTimes(): Promise<Readonly<Record<string, string>>> {
  const names = [...(await replicas()), 'elier-test-nginx-1', 'elier-test-postgres-1'];
  const entries = names.map(
    async name => [name, await docker('inspect', '-f', '{{.State.StartedAt}}', name)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
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
  const { status, json } = await ask('/qa/questions', {
    method: 'POST',
    body: { ...written, product_id: product },
  });
  if (status !== 201) throw new Error(`A question was answered with ${status}.`);
  return json.question_id;
}

export const newAnswer = (question: number, more: object = {}): Promise<Answer> =>
  ask(`/qa/questions/${question}/answers`, { method: 'POST', body: { ...written, ...more } });
