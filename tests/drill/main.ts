import { integerSetting, settingsOrExit } from '../../db/environment.ts';
import { progressOn } from '../../db/progress.ts';
import globalSetup from '../global-setup.ts';
import globalTeardown from '../global-teardown.ts';
import { deathsSince, port, startTimes } from '../support/stack.ts';
import { fuzz } from './fuzz.ts';
import { soak } from './soak.ts';

// `make drill`: checks that take too long for a test, on a stack of its own.

const max = 999_999_999;
const { requests, seed, minutes } = settingsOrExit(() => ({
  requests: integerSetting(process.env, 'REQUESTS', 20_000, { min: 1, max }),
  seed: integerSetting(process.env, 'SEED', 1 + Math.floor(Math.random() * max), { min: 1, max }),
  minutes: integerSetting(process.env, 'MINUTES', 15, { min: 4, max }),
}));
const progress = progressOn(process.stderr);

/** Sends hostile requests and returns the findings. */
async function sendHostile(): Promise<readonly string[]> {
  console.log(`Hostile requests: ${requests.toLocaleString('en')}, SEED=${seed}`);
  progress.begin('requests', requests);
  const before = await startTimes();
  const { sent, byStatus, readBack, slowest_ms, findings } = await fuzz({
    port,
    requests,
    seed,
    onProgress: progress.advance,
  }).finally(progress.end);
  const statuses = [...byStatus].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  console.log(`${sent.toLocaleString('en')} requests sent. Responses by status: ${statuses.join(', ')}`);
  console.log(`${readBack} texts read back. The slowest response took ${Math.round(slowest_ms)} ms.`);
  return [...findings, ...(await deathsSince(before))];
}

/** Keeps the stack under load and returns the findings. */
async function keepLoaded(): Promise<readonly string[]> {
  console.log(`\nSoak: ${minutes} minutes at half of the maximum rate, with a replica restart per minute`);
  progress.begin('minutes', minutes);
  const result = await soak(minutes, progress.advance).finally(progress.end);
  const { reached, rate, requests, restarts, mean_ms, p99_ms, figures, findings } = result;
  console.log(
    `${requests.toLocaleString('en')} requests at ${rate}/s (64 connections reach ${Math.round(reached)}/s), ${restarts} restarts: mean ${mean_ms.toFixed(1)} ms, p99 ${p99_ms.toFixed(1)} ms`,
  );
  console.table(figures.map((row, minute) => ({ minute: minute > minutes ? 'after' : minute, ...row })));
  return findings;
}

await globalSetup();
try {
  const findings = [...(await sendHostile()), ...(await keepLoaded())];
  for (const finding of findings) console.log(`\n${finding}`);
  console.log(findings.length === 0 ? 'No findings.' : `Findings: ${findings.length}`);
  if (findings.length > 0) process.exitCode = 1;
} finally {
  await globalTeardown();
}
