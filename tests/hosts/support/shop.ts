import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyCheckout } from '../../support/checkout.ts';
import { stack } from '../../support/stack.ts';
import { type Machine, sshFolder } from './machines.ts';

interface Outcome {
  readonly status: number | null;
  /** Standard output and errors, without the lines of make itself. */
  readonly said: string;
  readonly took_s: number;
}

interface Started {
  readonly ended: Promise<Outcome>;
  /** Resolves once its output contains the text. */
  says(text: string): Promise<void>;
  /** Ends the command and all its processes, as closing the laptop's terminal would. */
  kill(): void;
}

/** An owner's checkout, in which files can be changed and committed, and from which commands are run on a machine. */
export interface Shop {
  readonly folder: string;
  /** Runs a command of make with HOST=, the machine unless the arguments name another. */
  make(...args: string[]): Promise<Outcome>;
  /** Runs one that must succeed. */
  succeed(...args: string[]): Promise<Outcome>;
  /** Starts one, which may be interrupted. */
  start(...args: string[]): Started;
  prepend(file: string, text: string): void;
  append(file: string, text: string): void;
  write(file: string, text: string): void;
  /** Takes the file as it is in this project. */
  restore(file: string): void;
  /** Commits all changes. Returns the name of the release. */
  commit(): string;
  delete(file: string): void;
  remove(): void;
}

export async function openShop(machine: Machine): Promise<Shop> {
  const folder = copyCheckout();
  const environment: NodeJS.ProcessEnv = { ...stack.env, PATH: `${await sshFolder()}:${process.env.PATH}` };
  for (const name of ['COMPOSE_PROJECT_NAME', 'HTTP_PORT']) delete environment[name];
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Owner', '-c', 'user.email=owner@shop.example', ...args], {
      cwd: folder,
    }).toString();
  git('init', '--quiet');
  const start: Shop['start'] = (...args) => {
    const started_ms = performance.now();
    const host = args.some(arg => arg.startsWith('HOST=')) ? [] : [`HOST=admin@${machine.address}`];
    const child = spawn('make', [...args, ...host], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    child.stdout.on('data', data => {
      said += data;
    });
    const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return {
      async says(part) {
        while (!said.includes(part)) {
          if (child.exitCode !== null) throw new Error(`It ended before it said "${part}": ${said}`);
          await sleep(50);
        }
      },
      kill: () => process.kill(-(child.pid as number), 'SIGKILL'),
      ended: output.then(([out, err, [status]]) => ({
        status,
        said: `${out}${err.replace(/^make(?:\[\d+\])?: \*\*\*.*\n/gm, '')}`,
        took_s: (performance.now() - started_ms) / 1000,
      })),
    };
  };
  const shop: Shop = {
    folder,
    start,
    make: (...args) => start(...args).ended,
    async succeed(...args) {
      const outcome = await shop.make(...args);
      if (outcome.status !== 0) throw new Error(`make ${args.join(' ')}: ${outcome.said}`);
      return outcome;
    },
    prepend: (file, start) => shop.write(file, start + readFileSync(join(folder, file), 'utf8')),
    append: (file, more) => appendFileSync(join(folder, file), more),
    write: (file, content) => writeFileSync(join(folder, file), content),
    restore: file => copyFileSync(join(stack.cwd, file), join(folder, file)),
    commit() {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'A release');
      return git('rev-parse', '--short=12', 'HEAD').trim();
    },
    delete: file => rmSync(join(folder, file)),
    remove: () => rmSync(folder, { recursive: true }),
  };
  shop.commit();
  return shop;
}
