import { setTimeout as sleep } from 'node:timers/promises';
import globalSetup from '../global-setup.ts';
import globalTeardown from '../global-teardown.ts';
import { noteFault } from '../support/fault-figures.ts';
import { docker, sql } from '../support/stack.ts';
import { failuresOf, isHonest, slowestOf, Traffic } from '../support/traffic.ts';

// Fills the disks of PostgreSQL and of the Nginx cache under steady traffic, then frees them. `make drill` runs it with
// small-disk.yaml.

const inDisk = (volume: string, user: number) => (script: string) => {
  const disk = `elier-test_${volume}:/disk`;
  return docker(
    'run',
    '--rm',
    '--user',
    `${user}`,
    '--volume',
    disk,
    '--entrypoint',
    'sh',
    'nginx:1.30',
    '-c',
    script,
  );
};
const inVolume = inDisk('postgres', 999);
const inCache = inDisk('nginx-cache', 101);
const fill = 'dd if=/dev/zero of=/disk/filler bs=64k count=8192 2>/dev/null; true';

/** Returns the requests that failed while the disk of the cache was full. */
async function fillCacheDisk(): Promise<string[]> {
  console.log('The disk of the Nginx cache is full for 10 s');
  const traffic = await Traffic.during(async () => {
    await sleep(3000);
    await inCache(fill);
    await sleep(10_000);
    await inCache('rm /disk/filler');
    await sleep(3000);
  });
  noteFault('full disk of the Nginx cache, 10 s', traffic.sent, await traffic.countLost());
  const failures = failuresOf(traffic.sent, 'cached', 'uncached', 'question', 'vote');
  return failures.map(failure => `While the disk of the cache was full: ${failure}`);
}

async function untilPostgresWrites(): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const output = await sql('create temp table room as select generate_series(1, 10000); select 1').catch(
      () => '',
    );
    if (output.endsWith('1')) return;
    await sleep(100);
  }
  throw new Error('PostgreSQL has not recovered within 60 s.');
}

await globalSetup();
try {
  const ofCacheDisk = await fillCacheDisk();
  console.log('The disk of PostgreSQL is full for 15 s');
  let [full_ms, freed_ms, back_ms] = [0, 0, 0];
  const traffic = await Traffic.during(async traffic => {
    await sleep(3000);
    const size_MiB = Number(await inVolume('df --output=size -m /disk | tail -n 1'));
    if (size_MiB > 256) throw new Error(`The disk has ${size_MiB} MiB, more than that of small-disk.yaml.`);
    await inVolume(fill);
    full_ms = traffic.now_ms;
    await sleep(15_000);
    await inVolume('rm /disk/filler');
    freed_ms = traffic.now_ms;
    await untilPostgresWrites();
    back_ms = traffic.now_ms;
    await sleep(8000);
  });
  const lost = await traffic.countLost();
  noteFault('full disk of PostgreSQL, 15 s', traffic.sent, lost);
  await traffic.repeatFailed();
  const { confirmed, inDatabase } = await traffic.counted();

  const whileFull = traffic.sent.filter(({ at_ms }) => at_ms > full_ms && at_ms < back_ms);
  const afterwards = traffic.sent.filter(({ at_ms }) => at_ms > back_ms + 5000);
  const findings = [
    ...ofCacheDisk,
    ...failuresOf(traffic.sent, 'cached'),
    ...(back_ms - freed_ms > 5000
      ? [`PostgreSQL took ${Math.round(back_ms - freed_ms)} ms to recover.`]
      : []),
    ...(slowestOf(traffic.sent, 'cached') > 500 ? ['A cached read took more than 0.5 s.'] : []),
    ...(failuresOf(whileFull, 'question').length === 0 ? ['The disk was never full.'] : []),
    ...traffic.sent.filter(sent => !isHonest(sent)).map(sent => JSON.stringify(sent)),
    ...(slowestOf(whileFull, 'uncached', 'question', 'vote') > 2100
      ? ['An uncached read or a write took more than 2.1 s.']
      : []),
    ...failuresOf(afterwards, 'uncached', 'question', 'vote'),
    ...(lost > 0 ? [`${lost} confirmed writes are lost.`] : []),
    ...(JSON.stringify(confirmed) === JSON.stringify(inDatabase)
      ? []
      : ['A write counted twice, or not at all.']),
  ];
  for (const finding of findings) console.log(finding);
  console.log(findings.length === 0 ? 'No findings.' : `Findings: ${findings.length}`);
  if (findings.length > 0) process.exitCode = 1;
} finally {
  await globalTeardown();
}
