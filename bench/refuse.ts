/** Ends the process with status 1 and a sentence that says why it cannot measure. */
export function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
