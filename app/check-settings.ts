import { SettingError } from '../db/environment.ts';
import { readConfig } from './config.ts';

// Reads the settings of the app and ends: with status 1 and one sentence when one is wrong. `make up` and `make roll` run
// it before they replace a replica.
try {
  readConfig(process.env);
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
