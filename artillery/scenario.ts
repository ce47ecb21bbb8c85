import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { nearestFirst } from '../db/import/nearest.ts';
import { BadOption } from './bad-option.ts';
import type { Popularity } from './drawn.ts';
import type { Ensure } from './ensure.ts';
import { timeout_ms } from './plan.ts';
import { count } from './report/figures.ts';

/** What a run does: scenarios/NAME.yml, with the visits of visits.yml that it is made of. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly products: Popularity;
  readonly visits: readonly Visit[];
  readonly stages: readonly Offer[];
  readonly ensure: Ensure;
  /** How requests are sent, in Artillery's own terms. */
  readonly http: object;
}

/** A kind of visit, and how many of all visits are of that kind, in proportion. */
export interface Visit {
  readonly name: string;
  readonly weight: number;
  /** Steps, in Artillery's own terms: a request each, or several in parallel. */
  readonly flow: readonly Step[];
}

type Step = Readonly<Record<string, unknown>> & { readonly parallel?: readonly Step[] };

/** What to ask of the target: so many requests a second, for so long. */
export interface Offer {
  readonly rate: number;
  readonly seconds: number;
}

/** The most requests a second and seconds that a run may ask for: a mistyped figure harms nobody for long. */
export const mostRate = 20_000;
export const mostSeconds = 7200;

/** Reads a scenario. Throws BadOption, which names those that there are, the nearest first, when there is none of that name. */
export function readScenario(name: string): Scenario {
  const folder = join(import.meta.dirname, 'scenarios');
  const names = readdirSync(folder).map(file => file.replace('.yml', ''));
  if (!names.includes(name))
    throw new BadOption(`SCENARIO must be one of ${nearestFirst(name, names).join(', ')}, not "${name}".`);
  const path = join(folder, `${name}.yml`);
  const scenario = parse(readFileSync(path, 'utf8'));
  if (!isScenario(scenario))
    throw new BadOption(`${path} is no scenario: ${ajv.errorsText(isScenario.errors)}.`);
  const { http, visits: all } = parse(readFileSync(join(import.meta.dirname, 'visits.yml'), 'utf8'), {
    merge: true,
  });
  const visits = Object.entries(scenario.visits).map(([visit, weight]) => {
    if (!all[visit]) throw new BadOption(`${path} names the visit ${visit}, which visits.yml does not have.`);
    return { name: visit, weight, flow: all[visit] };
  });
  return { ...scenario, name, visits, http };
}

export const nameOf = ({ rate }: Offer): string => `${count(rate)} a second`;

/** How many requests a visit sends, of a mix of them. */
export function meanRequests(visits: readonly Visit[]): number {
  const weights = visits.reduce((all, { weight }) => all + weight, 0);
  return visits.reduce((all, { weight, flow }) => all + weight * requestsOf(flow), 0) / weights;
}

/** Whether visits ask for questions and answers that the run must have written before. */
export const needsOwn = (visits: readonly Visit[]): boolean =>
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
      items: object({ rate: upTo(mostRate), seconds: upTo(mostSeconds) }),
      minItems: 1,
      maxItems: 20,
    },
    // No latency is counted as more than the timeout: a threshold above it could not break.
    ensure: object({ maxErrorRate: upTo(100), p95: upTo(timeout_ms), p99: upTo(timeout_ms) }),
  }),
);
