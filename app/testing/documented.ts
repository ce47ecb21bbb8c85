import { documentedBody, Undocumented } from './documented-response.ts';
import type { HttpResponse } from './http.ts';

/** The first difference of a response from the OpenAPI document of its operation; undefined when there is none. */
export function departureFrom(operation: string, response: Omit<HttpResponse, 'json'>): string | undefined {
  try {
    documentedBody(operation, response);
    return undefined;
  } catch (error) {
    if (!(error instanceof Undocumented)) throw error;
    return `${operation} ${response.status}: ${error.message}`;
  }
}

/** Fails unless status, type, body and headers of a response are as the OpenAPI document has them for the operation. */
export function expectDocumented(operation: string, response: HttpResponse): void {
  const departure = departureFrom(operation, response);
  if (departure) throw new Error(`${departure}\n${response.text}`);
}
