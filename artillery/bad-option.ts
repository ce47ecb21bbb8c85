import { SettingError } from '../db/environment.ts';

/** A mistake in the options or the target. The message is one sentence for the user, who must correct it. */
export class BadOption extends SettingError {}
