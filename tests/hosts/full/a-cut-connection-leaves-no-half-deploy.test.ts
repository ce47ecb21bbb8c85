import { hosts, type Machine, startMachine } from '../support/machines.ts';
import { openShop, type Shop } from '../support/shop.ts';

// One machine, from bare to serving. The network cable is pulled during each step in turn.
let machine: Machine;
let shop: Shop;
beforeAll(async () => {
  machine = await startMachine('cut');
  shop = await openShop(machine);
}, 400_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
});

it.each([
  ['prepare', 'check '],
  ['build', 'check '],
  ['send', 'build '],
  ['try', 'send '],
  ['roll', 'Replacing '],
])(
  'cut during %s: the deploy ends, and the next one heals',
  async (step, text) => {
    shop.append('app/server.ts', `\n// cut during ${step}\n`);
    const release = shop.commit();
    const deploy = shop.start('deploy');
    await deploy.says(text);
    await hosts('cut', machine.name);
    const { status } = await deploy.ended;
    await hosts('plug', machine.name);
    expect(status).toBe(2);
    await untilUnlocked();
    await shop.succeed('deploy');
    expect(await machine.ssh('cat elier/releases/serving')).toBe(release);
    expect(
      await machine.ssh("cd elier && docker compose ps --format '{{.Health}}' | sort | uniq -c"),
    ).toMatch(/^\s*5 healthy$/);
  },
  400_000,
);

/** A deploy whose connection is lost goes on by itself. */
async function untilUnlocked(): Promise<void> {
  await machine.ssh('[ ! -e elier/.lock ] || flock --timeout 180 elier/.lock true');
}
