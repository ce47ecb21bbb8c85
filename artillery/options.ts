import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Environment, SettingError, stackAddress } from '../db/environment.ts';
import { BadOption } from './bad-option.ts';
import { mostRate, mostSeconds, readScenario, type Scenario } from './scenario.ts';

export interface Options {
  readonly scenario: Scenario;
  /** An origin: http://localhost:8080. */
  readonly target: string;
  readonly isLocal: boolean;
}

/** As they were given; what was not is undefined or empty. */
export interface Given {
  readonly scenario?: string;
  readonly target?: string;
  readonly rate?: string;
  readonly duration?: string;
  readonly confirm?: string;
}

/**
 * What to run against what. Throws BadOption, in a sentence that names the option, for what cannot be, and for a target
 * that is not this machine and was not confirmed.
 */
export function optionsFrom(given: Given, settings: Environment): Options {
  const target = given.target ? targetFrom(given.target) : localStack(settings);
  const isLocal = isThisMachine(target.hostname);
  if (!isLocal && given.confirm !== 'yes')
    throw new BadOption(
      `TARGET ${target.origin} is not this machine: with CONFIRM=yes you say that you may put load on it.`,
    );
  const scenario = readScenario(given.scenario || 'browse');
  return { scenario: asAsked(scenario, given), target: target.origin, isLocal };
}

function localStack(settings: Environment): URL {
  try {
    return stackAddress(settings);
  } catch (error) {
    if (error instanceof SettingError) throw new BadOption(error.message);
    throw error;
  }
}

function targetFrom(text: string): URL {
  const url = URL.parse(text);
  const isOrigin = url?.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (url && isOrigin && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new BadOption(
    `TARGET must be the address of a host, such as http://localhost:8080, not "${shown(text)}".`,
  );
}

/** Without a password that someone may have put into an address. */
const shown = (text: string) => text.replace(/\/\/[^/]*@/, '//…@');

function isThisMachine(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address === 'localhost' || address === '::1') return true;
  if (isIPv4(address) && address.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap(all => all ?? []);
  return (isIPv4(address) || isIPv6(address)) && own.some(one => one.address === address);
}

/** RATE is of the one stage; a scenario with several has rates of its own, and DURATION is of each. */
function asAsked(scenario: Scenario, { rate, duration }: Given): Scenario {
  if (rate && scenario.stages.length > 1)
    throw new BadOption(`RATE cannot be given for ${scenario.name}, which has rates of its own.`);
  return {
    ...scenario,
    stages: scenario.stages.map(stage => ({
      rate: rate ? number('RATE', rate, mostRate) : stage.rate,
      seconds: duration ? number('DURATION', duration, mostSeconds) : stage.seconds,
    })),
  };
}

function number(name: string, text: string, max: number): number {
  if (/^[1-9][0-9]{0,8}$/.test(text) && Number(text) <= max) return Number(text);
  throw new BadOption(`${name} must be a whole number from 1 to ${max}, not "${text}".`);
}
