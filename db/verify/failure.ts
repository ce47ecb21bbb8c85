/** Why there is nothing to compare; the message is one sentence for the user. */
export class VerifyFailure extends Error {}
