import { downAll } from 'docker-compose';
import { composeOptions } from './stack.ts';

export default async function globalTeardown(): Promise<void> {
  await downAll({ ...composeOptions, commandOptions: ['--volumes', '--timeout', '20'] });
}
