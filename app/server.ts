import { SettingError } from '../db/environment.ts';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { serve } from './serve.ts';

try {
  const config = readConfig(process.env);
  const service = await serve(config, createLog(config.logLevel));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void service.stop());
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
