import { existsSync } from 'node:fs';
import {
  type DatabaseSettings,
  databaseSettings,
  type Environment,
  integerSetting,
  SettingError,
  textSetting,
} from '../db/environment.ts';
import type { Origins } from './cors.ts';

export interface Config {
  readonly port: number;
  readonly database: DatabaseSettings;
  /** Most connections of this replica to PostgreSQL. */
  readonly databaseConnections: number;
  /** Most entries of this replica's cache. */
  readonly cacheEntries: number;
  /** Whose pages may call from a browser. */
  readonly origins: Origins;
  readonly logLevel: string;
  /** Where Nginx keeps its cache, to see how full its disk is; undefined without Nginx. */
  readonly nginxCacheFolder?: string | undefined;
}

/** Two are for large responses. Three replicas share the 30 of postgres.conf, and an import needs one. */
const connections = { min: 3, max: 9 };
const logLevels = ['error', 'warn', 'info', 'debug'];

/** The settings of the process, from its environment. Throws SettingError, which names the setting, for a bad one. */
export function readConfig(environment: Environment): Config {
  return {
    port: integerSetting(environment, 'PORT', 3000, { min: 1, max: 65_535 }),
    database: databaseSettings({ PGUSER: 'elier_app', ...environment }),
    databaseConnections: integerSetting(environment, 'DB_CONNECTIONS', 8, connections),
    cacheEntries: integerSetting(environment, 'CACHE_ENTRIES', 2000, { min: 1, max: 1_000_000 }),
    origins: readOrigins(textSetting(environment, 'CORS_ORIGIN', '*')),
    logLevel: readLogLevel(textSetting(environment, 'LOG_LEVEL', 'info')),
    nginxCacheFolder: readFolder(environment, 'NGINX_CACHE_FOLDER'),
  };
}

function readOrigins(text: string): Origins {
  const origins = [...new Set(text.split(/[\s,]+/).filter(Boolean))];
  if (origins.length <= 1 && (origins[0] ?? '*') === '*') return '*';
  const wrong = origins.find(origin => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return origins;
  throw new SettingError(
    `CORS_ORIGIN must be * or origins such as https://shop.example, separated by commas or blanks, not "${wrong}".`,
  );
}

function readLogLevel(level: string): string {
  if (logLevels.includes(level)) return level;
  throw new SettingError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${level}".`);
}

function readFolder(environment: Environment, name: string): string | undefined {
  const folder = environment[name] || undefined;
  if (folder === undefined || existsSync(folder)) return folder;
  throw new SettingError(`${name} must be a folder, not "${folder}".`);
}
