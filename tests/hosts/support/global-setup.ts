import { hosts } from './machines.ts';

/** Fails with one sentence where no machines can be started. */
export default async function globalSetup(): Promise<void> {
  await hosts('key');
}
