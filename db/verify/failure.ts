/** The data files or the API cannot be read. The message is one sentence for the user. */
export class VerifyFailure extends Error {}
