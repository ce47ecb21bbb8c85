import { SettingError, stackAddress, stackSettings } from '../db/environment.ts';
import { refuse } from './refuse.ts';

/** The origin of this machine's stack. */
export function localStack(): string {
  try {
    return stackAddress(stackSettings()).origin;
  } catch (error) {
    if (error instanceof SettingError) return refuse(error.message);
    throw error;
  }
}
