import { databaseSettings } from './environment.ts';
import { pendingBreaks } from './migrate.ts';

// Prints the migrations that `prepare` would apply and after which earlier releases cannot run, one per line. A deploy asks
// for a confirmation and takes a backup before it applies one.
try {
  for (const name of await pendingBreaks(databaseSettings(process.env))) console.log(name);
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  console.error(message || code); // a connection error for several addresses has no message
  process.exitCode = 1;
}
