import {
  type DatabaseSettings,
  databaseSettings,
  type Environment,
  integerSetting,
  SettingError,
  textSetting,
} from '../db/environment.ts';

export interface Config {
  readonly port: number;
  readonly database: DatabaseSettings;
  /** Connections of this replica to PostgreSQL at most. */
  readonly databaseConnections: number;
  /** Answers kept in this replica's cache at most. */
  readonly cacheEntries: number;
  /** What `Access-Control-Allow-Origin` says. */
  readonly corsOrigin: string;
  readonly logLevel: string;
}

/** Two are for large answers; three replicas share the 30 of postgres.conf, and an import needs one. */
const connections = { min: 3, max: 9 };
const logLevels = ['error', 'warn', 'info', 'debug'];

/** The settings of the process, from its environment. Throws SettingError, which names the setting, for a bad one. */
export function readConfig(environment: Environment): Config {
  return {
    port: integerSetting(environment, 'PORT', 3000, { min: 1, max: 65_535 }),
    database: databaseSettings({ PGUSER: 'elier_app', ...environment }),
    databaseConnections: integerSetting(environment, 'DB_CONNECTIONS', 8, connections),
    cacheEntries: integerSetting(environment, 'CACHE_ENTRIES', 2000, { min: 1, max: 1_000_000 }),
    corsOrigin: readOrigin(textSetting(environment, 'CORS_ORIGIN', '*')),
    logLevel: readLogLevel(textSetting(environment, 'LOG_LEVEL', 'info')),
  };
}

function readOrigin(origin: string): string {
  if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin;
  throw new SettingError(`CORS_ORIGIN must be * or an origin such as https://shop.example, not "${origin}".`);
}

function readLogLevel(level: string): string {
  if (logLevels.includes(level)) return level;
  throw new SettingError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${level}".`);
}
