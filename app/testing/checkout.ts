import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const own = dirname(dirname(import.meta.dirname));
const node = join(own, 'node_modules/.bin/node');

/** A copy of this checkout, whose files a test may change, with a PostgreSQL of its own. */
export interface Checkout {
  readonly folder: string;
  /** Where its PostgreSQL keeps its data. */
  readonly data: string;
  /** Starts a program of it, with nothing in the environment but PATH and these settings. */
  start(program: string, settings?: Record<string, string>): Run;
  remove(): void;
}

export interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ status: number | null; said: string }>;
  /** Resolves once it has said the text, since the last text that it was waited for. */
  says(text: string): Promise<void>;
}

export function copyCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'elier-checkout-'));
  const isCode = (path: string) => !/\/artillery\/(?:node_modules|reports)$/.test(path);
  for (const name of [
    '.env.example',
    'Makefile',
    'app',
    'artillery',
    'bench',
    'db',
    'deploy',
    'package.json',
  ])
    cpSync(join(own, name), join(folder, name), { recursive: true, filter: isCode });
  symlinkSync(join(own, 'node_modules'), join(folder, 'node_modules'));
  const script = `import { developmentFolder } from '${folder}/db/embedded.ts'; console.log(developmentFolder())`;
  const data = execFileSync(node, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).trim();
  return {
    folder,
    data,
    start: (program, settings = {}) => start(folder, program, settings),
    remove() {
      for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function start(folder: string, program: string, settings: Record<string, string>): Run {
  const env = { PATH: process.env.PATH, ...settings };
  const child = spawn(node, program.split(' '), { cwd: folder, env });
  let said = '';
  let heard = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      said += data;
    });
  }
  const ended = new Promise<{ status: number | null; said: string }>(resolve => {
    child.on('close', status => resolve({ status, said }));
  });
  const says = async (text: string) => {
    for (;;) {
      const at = said.indexOf(text, heard);
      if (at !== -1) {
        heard = at + text.length;
        return;
      }
      if (child.exitCode !== null) throw new Error(`It ended before it said "${text}": ${said}`);
      await sleep(20);
    }
  };
  return { child, ended, says };
}
