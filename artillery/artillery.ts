import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Sample } from './counts.ts';
import { type Plan, samplesTo, timeout_ms } from './plan.ts';
import type { Visit } from './scenario.ts';

/** What Artillery is to do. */
export interface Load {
  readonly target: string;
  readonly http: object;
  readonly visits: readonly Visit[];
  /** Visits a second. */
  readonly arrivals_s: number;
  readonly plan: Plan;
}

/** Makes the load of a stage and yields what it sees, until the stage is over or the signal aborts. */
export type Generator = (load: Load, signal: AbortSignal) => AsyncIterable<Sample>;

/** Artillery failed to start, or fell; the message is what it said. */
export class ArtilleryFailure extends Error {}

const command = join(import.meta.dirname, 'node_modules/artillery/bin/run');
/** It loads some 500 packages first. */
const longestStart_ms = 60_000;
/** For answers that are still awaited at the stage's end, and for Artillery to notice. */
const longestEnd_ms = timeout_ms + 3000;
/** The most that is kept of what it says. */
const mostSaid = 4000;

/** Runs Artillery as a process of its own, which is killed when it does not end in time. Throws ArtilleryFailure. */
export const runArtillery: Generator = async function* (load, signal) {
  const folder = await mkdtemp(join(tmpdir(), 'elier-artillery-'));
  try {
    const script = join(folder, 'script.json');
    await writeFile(script, JSON.stringify(scriptOf(load)));
    yield* samplesOf(script, load.plan, signal);
  } finally {
    await rm(folder, { recursive: true });
  }
};

function scriptOf({ target, http, visits, arrivals_s, plan }: Load): object {
  const hooks = {
    beforeScenario: 'beginVisit',
    beforeRequest: 'beginRequest',
    afterResponse: 'endRequest',
    onError: 'failRequest',
  };
  return {
    config: {
      target,
      http,
      processor: join(import.meta.dirname, 'processor.mts'),
      phases: [{ duration: plan.seconds, arrivalRate: arrivals_s }],
    },
    scenarios: visits.map(visit => ({ ...visit, ...hooks })),
  };
}

async function* samplesOf(script: string, plan: Plan, signal: AbortSignal): AsyncGenerator<Sample> {
  const { PATH, HOME, TMPDIR } = process.env;
  const artillery = spawn(process.execPath, [command, 'run', '--quiet', script], {
    detached: true, // a Ctrl-C ends this process, which then ends Artillery
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH,
      HOME,
      TMPDIR,
      ARTILLERY_DISABLE_TELEMETRY: 'true',
      ELIER_LOAD_PLAN: JSON.stringify(plan),
    },
  });
  let said = '';
  for (const stream of [artillery.stdout, artillery.stderr])
    stream?.on('data', text => {
      said = `${said}${text}`.slice(-mostSaid);
    });
  const exit = once(artillery, 'exit');
  const end = () => artillery.kill('SIGKILL');
  let timer = setTimeout(end, longestStart_ms);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  let hasBegun = false;
  try {
    for await (const line of createInterface({ input: artillery.stdio[samplesTo] as Readable })) {
      const sample: Sample = JSON.parse(line);
      if (!hasBegun) {
        hasBegun = true;
        clearTimeout(timer);
        timer = setTimeout(end, plan.seconds * 1000 + longestEnd_ms);
      }
      yield sample;
    }
    const [status, killedBy] = await exit;
    const itSaid = `It said: ${said.trim() || 'nothing'}`;
    if (!artillery.killed && (status !== 0 || !hasBegun)) {
      const how = killedBy ? `was ended by ${killedBy}` : `ended with status ${status}`;
      throw new ArtilleryFailure(`Artillery ${how}. ${itSaid}`);
    }
    if (!hasBegun && !signal.aborted)
      throw new ArtilleryFailure(`Artillery sent nothing for ${longestStart_ms / 1000} s. ${itSaid}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
}
