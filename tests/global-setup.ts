import { downAll, upAll } from 'docker-compose';
import { forgetFaults } from './support/fault-figures.ts';
import { ready, stack } from './support/stack.ts';

/** Starts the stack under a project name and a port of its own. */
export default async function globalSetup(): Promise<void> {
  forgetFaults();
  // An aborted run leaves its data, and containers that its tests have stopped.
  await downAll({ ...stack, commandOptions: ['--volumes', '--remove-orphans', '--timeout', '1'] });
  await upAll({ ...stack, commandOptions: ['--build', ...ready] });
}
