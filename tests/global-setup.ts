import { upAll } from 'docker-compose';
import { ready, stack } from './stack.ts';

/** Brings up the whole stack once, under its own project name and port, as `make up` does. */
export default async function globalSetup(): Promise<void> {
  await upAll({ ...stack, commandOptions: ['--build', ...ready] });
}
