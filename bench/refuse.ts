/** Ends the process with one sentence that says why it cannot measure. */
export function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
