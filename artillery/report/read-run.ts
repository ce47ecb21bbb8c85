import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { LoadRun } from '../load-run.ts';

/** A given folder contains no load run. The message is one sentence for the user. */
export class NoRun extends Error {}

/** Reads the summary.json of a folder. Throws `NoRun` if it is missing or invalid. */
export function readRun(folder: string): LoadRun {
  const invalid = (why: string) => new NoRun(`${folder} is not a load run: ${why}.`);
  let text: string;
  try {
    text = readFileSync(join(folder, 'summary.json'), 'utf8');
  } catch {
    throw invalid('its summary.json is missing or unreadable');
  }
  let run: unknown;
  try {
    run = JSON.parse(text);
  } catch {
    throw invalid('its summary.json is not JSON');
  }
  if (isRun(run)) return run;
  throw invalid(
    `its summary.json has the wrong structure: ${ajv.errorsText(isRun.errors, { dataVar: 'the run' })}`,
  );
}

const string = { type: 'string' };
const boolean = { type: 'boolean' };
const number = { type: 'number', minimum: 0 };
const counts = { type: 'object', additionalProperties: number };
const list = (items: object, minItems = 0) => ({ type: 'array', items, minItems });
const object = (
  required: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
});
const numbers = (...names: readonly string[]) =>
  object(Object.fromEntries(names.map(name => [name, number])));

const latency = numbers('min', 'mean', 'p50', 'p95', 'p99', 'p999', 'max');

const stage = object({
  name: string,
  planned_s: number,
  offered_s: number,
  seconds: number,
  isJudged: boolean,
  requests: number,
  errors: counts,
  statusCodes: counts,
  latency_ms: latency,
  cache: counts,
  endpoints: list(object({ name: string, requests: number, errors: number, latency_ms: latency })),
  periods: list(numbers('at_s', 'requests_s', 'responses_s', 'errors_s', 'p50_ms', 'p95_ms', 'p99_ms')),
});

const loadRun = object(
  {
    scenario: string,
    description: string,
    target: string,
    startedAt: { type: 'string', format: 'date-time' },
    tested: { type: 'object', additionalProperties: string },
    stages: list(stage, 1),
    promises: list(object({ promise: string, measured: string, isKept: boolean })),
  },
  {
    keptUpTo: string,
    notTried: list(string),
    interruptedAfter_s: number,
    generatorLimit: string,
    cleanUp: string,
  },
);

const ajv = new Ajv2020();
ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
const isRun = ajv.compile<LoadRun>(loadRun);
