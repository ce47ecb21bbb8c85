import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Starts the machine's own Chromium without a window. Without Chromium, the error names the package to install. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: executable() });

/** The path in CHROMIUM, or the first known name in PATH. */
function executable(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['chromium', 'chromium-browser', 'google-chrome'].flatMap(name =>
    folders.map(folder => join(folder, name)),
  );
  const found = paths.find(isExecutable);
  if (found) return found;
  throw new Error('There is no Chromium: apt-get install chromium, or name one in CHROMIUM.');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
