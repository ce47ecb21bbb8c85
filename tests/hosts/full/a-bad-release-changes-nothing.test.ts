import { setTimeout as sleep } from 'node:timers/promises';
import { underLoad } from '../support/load.ts';
import { hosts, type Machine, moveDockerIntoMemory, startMachine, untilServed } from '../support/machines.ts';
import { openShop, type Shop } from '../support/shop.ts';

let machine: Machine;
let shop: Shop;
let serving: string;
beforeAll(async () => {
  machine = await startMachine('steady');
  shop = await openShop(machine);
  serving = shop.commit();
  await shop.succeed('deploy');
  await moveDockerIntoMemory(machine);
  await untilServed(machine, '/products/1');
}, 600_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
});

/** Deploys under load. Nothing that was served may change. */
async function refused(): Promise<string> {
  shop.commit();
  let outcome = { status: null as number | null, said: '' };
  const { failed, lost } = await underLoad(machine, async () => {
    outcome = await shop.make('deploy');
  });
  expect(outcome).toMatchObject({ status: 2 });
  expect({ failed, lost }).toEqual({ failed: [], lost: 0 });
  expect(await machine.ssh('cat elier/releases/serving')).toBe(serving);
  const ids = await machine.ssh(
    `docker inspect --format '{{.Image}}' $(cd elier && docker compose ps --quiet app) | sort -u`,
  );
  expect(ids).toBe(await machine.ssh(`docker image inspect --format '{{.Id}}' elier-app:${serving}`));
  return outcome.said;
}

it('a release that crashes at its start', async () => {
  // Only in production: the build of the image starts the program once, too.
  shop.prepend('app/server.ts', "if (process.env.PGPASSWORD_FILE) throw new Error('a broken start');\n");
  expect(await refused()).toContain('a broken start');
  shop.restore('app/server.ts');
}, 300_000);

it('a release with a broken file of Nginx', async () => {
  shop.append('nginx/upstream.conf', 'no_such_directive on;\n');
  expect(await refused()).toMatch(/unknown directive "no_such_directive" in .*upstream\.conf/);
  shop.restore('nginx/upstream.conf');
}, 300_000);

it('a release with a migration that fails', async () => {
  shop.write('db/migrations/099_broken.sql', 'alter table qa.question add body text;\n');
  expect(await refused()).toContain('Migration 099_broken.sql failed and changed nothing');
  shop.delete('db/migrations/099_broken.sql');
}, 300_000);

it('a release that restarts PostgreSQL, without CONFIRM=yes', async () => {
  shop.append('postgres.conf', 'work_mem = 3MB\n');
  expect(await refused()).toContain('PostgreSQL has to restart');
  await shop.succeed('deploy', 'CONFIRM=yes');
  shop.restore('postgres.conf');
  shop.commit();
  await shop.succeed('deploy', 'CONFIRM=yes');
  serving = await machine.ssh('cat elier/releases/serving');
}, 600_000);

it('a changed file of Nginx is reloaded without a failed request', async () => {
  shop.append('nginx/upstream.conf', '# a change\n');
  shop.commit();
  let said = '';
  const { failed } = await underLoad(machine, async () => {
    said = (await shop.succeed('deploy')).said;
  });
  expect(said).toContain('Reloading Nginx for its new files');
  expect(failed).toEqual([]);
}, 300_000);

describe('two deploys at once', () => {
  it('the second says who runs the first, and since when', async () => {
    shop.append('app/server.ts', '\n// one more\n');
    shop.commit();
    const firstDeploy = shop.start('deploy');
    await untilLocked();
    const second = await shop.make('deploy');
    expect(second).toMatchObject({ status: 2 });
    expect(second.said).toMatch(
      /A deploy of release \w+ runs here, started by \S+@\S+ at [-0-9]+ [:0-9]+ UTC\.\n$/,
    );
    expect(await firstDeploy.ended).toMatchObject({ status: 0 });
  }, 300_000);
});

describe('a lost connection', () => {
  it.each(['build', 'send', 'try', 'roll'])(
    'during %s leaves neither a broken stack nor a lock',
    async step => {
      shop.append('app/server.ts', `\n// cut during ${step}\n`);
      const release = shop.commit();
      const { failed } = await underLoad(machine, async () => {
        const deploy = shop.start('deploy');
        await (step === 'roll' ? untilLocked() : deploy.says(before[step] ?? ''));
        deploy.kill();
        await deploy.ended;
        await untilUnlocked();
        await shop.succeed('deploy');
      });
      expect(failed).toEqual([]);
      expect(await machine.ssh('cat elier/releases/serving')).toBe(release);
    },
    400_000,
  );
});

/** The output after which a step runs. */
const before: Record<string, string> = { build: 'check', send: 'build', try: 'send' };

/** Whether a deploy is in its roll. */
const isLocked = async () =>
  (await machine.ssh(
    "cd elier && ! flock --nonblock .lock true && grep -q '^A deploy of' .lock && echo locked || echo free",
  )) === 'locked';

async function untilLocked(): Promise<void> {
  for (let attempt = 0; !(await isLocked()); attempt++) {
    if (attempt === 300) throw new Error('No deploy took the lock.');
    await sleep(200);
  }
}
async function untilUnlocked(): Promise<void> {
  for (let attempt = 0; await isLocked(); attempt++) {
    if (attempt === 300) throw new Error('The lock is still held after a minute.');
    await sleep(1000);
  }
}
