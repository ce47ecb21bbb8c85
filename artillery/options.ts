import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Environment, integerFrom, stackAddress } from '../db/environment.ts';
import { BadOption } from './bad-option.ts';
import { maxRate, maxSeconds, readScenario, type Scenario } from './scenario.ts';

export interface Options {
  readonly scenario: Scenario;
  /** An origin, such as http://localhost:8080. */
  readonly target: string;
  readonly isLocal: boolean;
}

/** Options as the user gave them; undefined or empty when omitted. */
export interface Given {
  readonly scenario?: string;
  readonly target?: string;
  readonly rate?: string;
  readonly duration?: string;
  readonly confirm?: string;
}

/**
 * Checks the options. Throws SettingError, with a sentence that names the option, for a wrong value and for a target on
 * another machine without `confirm`.
 */
export function optionsFrom(given: Given, settings: Environment): Options {
  const target = given.target ? targetFrom(given.target) : stackAddress(settings);
  const isLocal = !given.target || isThisMachine(target.hostname);
  if (!isLocal && given.confirm !== 'yes')
    throw new BadOption(
      `TARGET ${target.origin} is not this machine: add CONFIRM=yes if you are allowed to load-test it.`,
    );
  const scenario = readScenario(given.scenario || 'browse');
  return { scenario: withRateAndDuration(scenario, given), target: target.origin, isLocal };
}

function targetFrom(text: string): URL {
  const url = URL.parse(text);
  const isOrigin = url?.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (url && isOrigin && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new BadOption(
    `TARGET must be a URL without a path, such as http://localhost:8080, not "${withoutPassword(text)}".`,
  );
}

const withoutPassword = (text: string) => text.replace(/\/\/[^/]*@/, '//…@');

function isThisMachine(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address === 'localhost' || address === '::1') return true;
  if (isIPv4(address) && address.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap(all => all ?? []);
  return (isIPv4(address) || isIPv6(address)) && own.some(one => one.address === address);
}

/** RATE applies to a scenario of one stage only; DURATION applies to each stage. */
function withRateAndDuration(scenario: Scenario, { rate, duration }: Given): Scenario {
  if (rate && scenario.stages.length > 1)
    throw new BadOption(`RATE cannot be given for ${scenario.name}, which sets a rate for each stage.`);
  return {
    ...scenario,
    stages: scenario.stages.map(stage => ({
      rate: rate ? integerFrom('RATE', rate, { min: 1, max: maxRate }) : stage.rate,
      seconds: duration ? integerFrom('DURATION', duration, { min: 1, max: maxSeconds }) : stage.seconds,
    })),
  };
}
