import { upAll } from 'docker-compose';
import { composeOptions } from './stack.ts';

/** Brings up the whole stack once, under its own project name and port, as `make up` does. */
export default async function globalSetup(): Promise<void> {
  await upAll({ ...composeOptions, commandOptions: ['--build', '--wait', '--wait-timeout', '180'] });
}
