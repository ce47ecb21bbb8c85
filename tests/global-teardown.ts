import { downAll } from 'docker-compose';
import { stack } from './stack.ts';

export default async function globalTeardown(): Promise<void> {
  await downAll({ ...stack, commandOptions: ['--volumes', '--timeout', '20'] });
}
