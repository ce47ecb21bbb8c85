import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { nearestFirst } from '../db/import/nearest.ts';
import { BadOption } from './bad-option.ts';
import type { Ensure } from './ensure.ts';
import { timeout_ms } from './plan.ts';
import type { Popularity } from './popularity.ts';
import { count } from './report/format.ts';

/** The content of scenarios/NAME.yml, with its visits from visits.yml. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly products: Popularity;
  readonly visits: readonly Visit[];
  readonly stages: readonly ScenarioStage[];
  readonly ensure: Ensure;
  /** The `http` section of an Artillery script. */
  readonly http: object;
}

/** A kind of visit, and its weight in the mix. */
export interface Visit {
  readonly name: string;
  readonly weight: number;
  /** The `flow` of an Artillery script: each step is a request, or several in parallel. */
  readonly flow: readonly Step[];
}

type Step = Readonly<Record<string, unknown>> & { readonly parallel?: readonly Step[] };

export interface ScenarioStage {
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** Upper limits of a stage, so that a typo does little harm. */
export const maxRate = 20_000;
export const maxSeconds = 7200;

/** Reads a scenario. Throws BadOption for an unknown name; its message lists all names, the nearest first. */
export function readScenario(name: string): Scenario {
  const folder = join(import.meta.dirname, 'scenarios');
  const names = readdirSync(folder).map(file => file.replace('.yml', ''));
  if (!names.includes(name))
    throw new BadOption(`SCENARIO must be one of ${nearestFirst(name, names).join(', ')}, not "${name}".`);
  const path = join(folder, `${name}.yml`);
  const scenario = parse(readFileSync(path, 'utf8'));
  if (!isScenario(scenario))
    throw new BadOption(`${path} is not a scenario: ${ajv.errorsText(isScenario.errors)}.`);
  const { http, visits: all } = parse(readFileSync(join(import.meta.dirname, 'visits.yml'), 'utf8'), {
    merge: true,
  });
  const visits = Object.entries(scenario.visits).map(([visit, weight]) => {
    if (!all[visit]) throw new BadOption(`${path} names the visit ${visit}, which is not in visits.yml.`);
    return { name: visit, weight, flow: all[visit] };
  });
  return { ...scenario, name, visits, http };
}

export const nameOf = ({ rate }: ScenarioStage): string => `${count(rate)} a second`;

/** Mean number of requests per visit. */
export function meanRequests(visits: readonly Visit[]): number {
  const weights = visits.reduce((all, { weight }) => all + weight, 0);
  return visits.reduce((all, { weight, flow }) => all + weight * requestsOf(flow), 0) / weights;
}

/** Whether any visit reads or writes a question that the run must post before the first stage. */
export const needsSeedQuestions = (visits: readonly Visit[]): boolean =>
  /{{ (question|own)/.test(JSON.stringify(visits));

const requestsOf = (flow: readonly Step[]): number =>
  flow.reduce((all, { parallel }) => all + (parallel ? requestsOf(parallel) : 1), 0);

interface ScenarioFile extends Omit<Scenario, 'name' | 'visits' | 'http'> {
  readonly visits: Readonly<Record<string, number>>;
}

const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const upTo = (maximum: number) => ({ type: 'number', exclusiveMinimum: 0, maximum });
const ajv = new Ajv2020();
const isScenario = ajv.compile<ScenarioFile>(
  object({
    description: { type: 'string' },
    products: { enum: ['popular', 'any'] },
    visits: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 }, minProperties: 1 },
    stages: {
      type: 'array',
      items: object({ rate: upTo(maxRate), seconds: upTo(maxSeconds) }),
      minItems: 1,
      maxItems: 20,
    },
    // Latencies are capped at the timeout: a higher threshold could never break.
    ensure: object({ maxErrorRate: upTo(100), p95: upTo(timeout_ms), p99: upTo(timeout_ms) }),
  }),
);
