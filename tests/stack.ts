import { dirname } from 'node:path';

/** Where the stack under test answers. */
export const port = 18_088;

/** The stack under test: this checkout's, apart from any other that runs on the machine. */
export const composeOptions = {
  cwd: dirname(import.meta.dirname),
  env: { ...process.env, COMPOSE_PROJECT_NAME: 'elier-test', HTTP_PORT: String(port) },
};
