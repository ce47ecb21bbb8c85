import { downAll, upAll } from 'docker-compose';
import { forgetFaults } from './support/fault-figures.ts';
import { ready, stack } from './support/stack.ts';

/** Brings up the whole stack once, under its own project name and port, as `make up` does. */
export default async function globalSetup(): Promise<void> {
  forgetFaults();
  // What a run that was broken off left behind: its data, and what its tests had stopped or changed.
  await downAll({ ...stack, commandOptions: ['--volumes', '--remove-orphans', '--timeout', '1'] });
  await upAll({ ...stack, commandOptions: ['--build', ...ready] });
}
