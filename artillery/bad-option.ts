/** What whoever starts a run must put right; the message is a sentence that names it. */
export class BadOption extends Error {}
