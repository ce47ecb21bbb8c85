import type { Request, RequestHandler, Response } from 'express';

/** What is done with a request that is over. */
export type Report = (request: Request, response: Response, ms: number) => void;

/** Reports every request when it is over, however it ended, and how long it took. One listener costs less than one a report. */
export function whenClosed(...reports: readonly Report[]): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.on('close', () => {
      const ms = performance.now() - started;
      for (const report of reports) report(request, response, ms);
    });
    next();
  };
}
