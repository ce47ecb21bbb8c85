import { settingsOrExit, stackAddress, stackSettings } from '../db/environment.ts';

/** The origin of this machine's stack. */
export function localStack(): string {
  return settingsOrExit(() => stackAddress(stackSettings()).origin);
}
