import { downAll } from 'docker-compose';
import { faultTable } from './support/fault-figures.ts';
import { stack } from './support/stack.ts';

export default async function globalTeardown(): Promise<void> {
  const table = faultTable();
  if (table) console.log(`\n${table}\n`);
  await downAll({ ...stack, commandOptions: ['--volumes', '--timeout', '20'] });
}
