import { documentedBody, Undocumented } from './documented-answer.ts';
import type { Answer } from './http.ts';

/** The first thing about the answer that is not as the OpenAPI document has it for the operation; undefined when all is. */
export function departureFrom(
  operation: string,
  answer: Pick<Answer, 'status' | 'headers' | 'text'>,
): string | undefined {
  try {
    documentedBody(operation, answer);
    return undefined;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    return `${operation} ${answer.status}: ${error.message}`;
  }
}

/** Fails unless the answer is one that the OpenAPI document gives for the operation: status, type, body and headers. */
export function expectDocumented(operation: string, answer: Answer): void {
  const departure = departureFrom(operation, answer);
  if (departure) throw new Error(`${departure}\n${answer.text}`);
}
