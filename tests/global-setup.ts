import { upAll } from 'docker-compose';
import { forgetFaults } from './fault-figures.ts';
import { ready, stack } from './stack.ts';

/** Brings up the whole stack once, under its own project name and port, as `make up` does. */
export default async function globalSetup(): Promise<void> {
  forgetFaults();
  await upAll({ ...stack, commandOptions: ['--build', ...ready] });
}
