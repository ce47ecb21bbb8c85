import { settingsOrExit } from '../db/environment.ts';
import { readConfig } from './config.ts';

// Reads the settings of the app and ends: with status 1 and one sentence when one is wrong. `make up` and `make roll` run
// it before they replace a replica.
settingsOrExit(() => readConfig(process.env));
