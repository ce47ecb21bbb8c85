import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkout, copyCheckout } from '../app/testing/checkout.ts';

/** A checkout without Artillery. Its npm only records that it was called. */
let checkout: Checkout;
beforeEach(() => {
  checkout = copyCheckout();
  mkdirSync(join(checkout.folder, 'bin'));
  writeFileSync(join(checkout.folder, 'bin/npm'), '#!/bin/sh\necho "$@" >>called\nexit 1\n');
  chmodSync(join(checkout.folder, 'bin/npm'), 0o755);
});
afterEach(() => checkout.remove());

const isInstalled = () => existsSync(join(checkout.folder, 'called'));
const loadTest = (...words: string[]): Promise<string> =>
  new Promise(resolve => {
    const env = { PATH: `${checkout.folder}/bin:${process.env.PATH}` };
    execFile('make', [...words, 'load-test'], { cwd: checkout.folder, env }, (_, __, stderr) =>
      resolve(stderr),
    );
  });
/** Makes make treat the packages of the project as installed. */
const packages = ['-o', 'node_modules/.installed'];

it('a misspelt scenario is reported, with the nearest name first, before any install', async () => {
  rmSync(join(checkout.folder, 'node_modules'));
  const started = performance.now();
  const sentence =
    'SCENARIO must be one of smoke, browse, overview, questions, random, soak, stages, not "smke".\n';
  expect(await loadTest('SCENARIO=smke')).toContain(sentence);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(isInstalled()).toBe(false);
});

it.each([
  ['RATE=abc', 'RATE must be a whole number'],
  ['DURATION=0', 'DURATION must be a whole number'],
  ['TARGET=http://127.0.0.1:65535', 'TARGET http://127.0.0.1:65535 does not respond to'],
  ['TARGET=http://shop.example', 'TARGET http://shop.example is not this machine'],
])('%s is reported before Artillery is installed', async (option, sentence) => {
  expect(await loadTest(...packages, option)).toContain(sentence);
  expect(isInstalled()).toBe(false);
});
