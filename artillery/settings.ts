import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../db/environment.ts';

/** The settings of the stack of this checkout, as Compose reads them: .env, and the environment wins over it. */
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
