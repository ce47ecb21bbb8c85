import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An invalid setting. The message is one sentence that names the setting. */
export class SettingError extends Error {}

/** The setting as text; an empty one counts as missing. Throws SettingError when it is missing and has no default. */
export function textSetting(environment: Environment, name: string, fallback?: string): string {
  const value = environment[name] || fallback;
  if (value === undefined) throw new SettingError(`${name} is missing.`);
  return value;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The text of a setting or option as a whole number from `min` to `max`. Throws SettingError for anything else. */
export function integerFrom(name: string, text: string, { min, max }: Range): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SettingError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
}

/** The setting as a whole number; an empty one counts as missing. Throws SettingError as `integerFrom` does. */
export function integerSetting(
  environment: Environment,
  name: string,
  fallback: number,
  range: Range,
): number {
  return integerFrom(name, environment[name] || String(fallback), range);
}

/** The settings that `read` returns. A SettingError ends the process with status 1 and its sentence. */
export function settingsOrExit<Settings>(read: () => Settings): Settings {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** The settings of this checkout's stack, as Compose reads them: .env, overridden by the environment. */
export function stackSettings(): Environment {
  return { ...parseEnv(dotenv()), ...process.env };
}

function dotenv(): string {
  try {
    return readFileSync(join(import.meta.dirname, '../.env'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/**
 * The stack's address, from HTTP_PORT: a port, or an address of this machine and a port. With TLS it is the first of SERVER_NAMES with
 * HTTPS_PORT. Throws SettingError for any other value of a port.
 */
export function stackAddress(settings: Environment): URL {
  if ((settings.TLS || 'off') === 'off')
    return new URL(`http://${publishedOn(settings, 'HTTP_PORT', '8080')}`);
  const [host, port] = publishedOn(settings, 'HTTPS_PORT', '8443').split(/:(?=\d+$)/);
  return new URL(`https://${settings.SERVER_NAMES?.split(/[, ]+/).find(Boolean) ?? host}:${port}`);
}

/** The host and the port on which a client on this machine reaches a published port. */
function publishedOn(settings: Environment, name: string, otherwise: string): string {
  const text = settings[name] || otherwise;
  const [, address = '', port = ''] = /^(?:([0-9.]+|\[[0-9a-fA-F:.]+\]):)?([0-9]{1,5})$/.exec(text) ?? [];
  const host = address === '' || address === '0.0.0.0' ? 'localhost' : address.replace('[::]', '[::1]');
  const isAddress = host === 'localhost' || isIP(host.replace(/[[\]]/g, '')) > 0;
  if (isAddress && Number(port) >= 1 && Number(port) <= 65_535) return `${host}:${port}`;
  throw new SettingError(
    `${name} must be a port, or an address and a port such as 127.0.0.1:8080, not "${text}".`,
  );
}

/** A secret from NAME, or from the file named by NAME_FILE. Throws SettingError when both are missing. */
export function secretSetting(environment: Environment, name: string): string {
  const file = environment[`${name}_FILE`];
  const secret = file ? readSecret(name, file) : environment[name];
  if (!secret)
    throw new SettingError(`${name} is missing: set it, or let ${name}_FILE name a file that holds it.`);
  return secret;
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new SettingError(`${name}_FILE names a file that cannot be read: ${file}.`, { cause });
  }
}

/** Connection settings for one database and role. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** Connection settings from PostgreSQL's variables PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD(_FILE). */
export function databaseSettings(environment: Environment): DatabaseSettings {
  return {
    host: textSetting(environment, 'PGHOST', '127.0.0.1'),
    port: integerSetting(environment, 'PGPORT', 5432, { min: 1, max: 65_535 }),
    database: textSetting(environment, 'PGDATABASE', 'elier'),
    user: textSetting(environment, 'PGUSER'),
    password: secretSetting(environment, 'PGPASSWORD'),
  };
}
