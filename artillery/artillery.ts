import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Sample } from './counts.ts';
import { type Plan, samplesFd, timeout_ms } from './plan.ts';
import type { Visit } from './scenario.ts';

/** The load that Artillery generates in one stage. */
export interface Load {
  readonly target: string;
  readonly http: object;
  readonly visits: readonly Visit[];
  /** Visits per second. */
  readonly arrivals_s: number;
  readonly plan: Plan;
}

/** Generates the load of a stage and yields samples until the stage ends or the signal aborts. */
export type Generator = (load: Load, signal: AbortSignal) => AsyncIterable<Sample>;

/** Artillery failed to start, or crashed. The message contains its output. */
export class ArtilleryFailure extends Error {}

const command = join(import.meta.dirname, 'node_modules/artillery/bin/run');
/** Artillery loads about 500 packages before it sends the first request. */
const startTimeout_ms = 60_000;
/** Covers the requests in flight at the end of the stage, and Artillery's own shutdown. */
const endTimeout_ms = timeout_ms + 3000;
const maxOutput_chars = 4000;

/** Runs Artillery as a child process and kills it if it does not exit in time. Throws ArtilleryFailure. */
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
    detached: true, // Ctrl-C reaches this process only, which then kills Artillery
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH,
      HOME,
      TMPDIR,
      ARTILLERY_DISABLE_TELEMETRY: 'true',
      ELIER_LOAD_PLAN: JSON.stringify(plan),
    },
  });
  let output = '';
  for (const stream of [artillery.stdout, artillery.stderr])
    stream?.on('data', text => {
      output = `${output}${text}`.slice(-maxOutput_chars);
    });
  const exit = once(artillery, 'exit');
  const kill = () => artillery.kill('SIGKILL');
  let timer = setTimeout(kill, startTimeout_ms);
  signal.addEventListener('abort', kill);
  if (signal.aborted) kill();
  let hasBegun = false;
  try {
    for await (const line of createInterface({ input: artillery.stdio[samplesFd] as Readable })) {
      const sample: Sample = JSON.parse(line);
      if (!hasBegun) {
        hasBegun = true;
        clearTimeout(timer);
        timer = setTimeout(kill, plan.seconds * 1000 + endTimeout_ms);
      }
      yield sample;
    }
    const [status, killedBy] = await exit;
    const itsOutput = `Its output: ${output.trim() || 'none'}`;
    if (!artillery.killed && (status !== 0 || !hasBegun)) {
      const how = killedBy ? `was killed by ${killedBy}` : `exited with status ${status}`;
      throw new ArtilleryFailure(`Artillery ${how}. ${itsOutput}`);
    }
    if (!hasBegun && !signal.aborted)
      throw new ArtilleryFailure(`Artillery sent nothing for ${startTimeout_ms / 1000} s. ${itsOutput}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    kill();
  }
}
