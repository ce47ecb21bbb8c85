import { documentedBody, Undocumented } from './documented-answer.ts';
import type { Answer } from './http.ts';

/** The first difference of a response from the OpenAPI document of its operation; undefined when there is none. */
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

/** Fails unless status, type, body and headers of a response are as the OpenAPI document has them for the operation. */
export function expectDocumented(operation: string, answer: Answer): void {
  const departure = departureFrom(operation, answer);
  if (departure) throw new Error(`${departure}\n${answer.text}`);
}
