import { call } from '../../app/testing/http.ts';
import { noteFigure, printFigures } from './support/figures.ts';
import { underLoad } from './support/load.ts';
import { hosts, type Machine, moveDockerIntoMemory, startMachine, untilServed } from './support/machines.ts';
import { openShop, type Shop } from './support/shop.ts';

// The tests run in order, on one machine that starts bare.
let machine: Machine;
let shop: Shop;
let first: string;
beforeAll(async () => {
  machine = await startMachine('bare');
  shop = await openShop(machine);
  first = shop.commit();
}, 400_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
  printFigures();
});

const get = (path: string) => call(80, path, { host: machine.address });
const received = async () => Number(await machine.ssh('cat /sys/class/net/eth0/statistics/rx_bytes'));

it('one command makes a bare Debian 13 serve the sample', async () => {
  const { status, said, took_s } = await shop.make('deploy');
  if (status !== 0) throw new Error(said);
  expect(said).toMatch(
    /^check .* Debian 13, .*\nprepare .*\nbuild .*\nsend .*\ntry .*\n[\s\S]*roll +\d+ s {2}release \w+ serves on http:\/\/[\d.]+:80\n$/,
  );
  expect((await get('/products/1')).json.id).toBe(1);
  expect(await machine.ssh('cat elier/releases/serving')).toBe(first);
  noteFigure('bare host to serving, s', took_s);
}, 400_000);

it('a rebooted host serves by itself', async () => {
  await hosts('reboot', machine.name);
  await untilServed(machine, '/products/2');
  await moveDockerIntoMemory(machine);
  await untilServed(machine, '/products/3');
}, 200_000);

it('a release of code fails no request, and sends only the layers that changed', async () => {
  shop.append('app/server.ts', '\n// another release\n');
  const release = shop.commit();
  const before = await received();
  let deploy = { status: null as number | null, said: '', took_s: 0 };
  const { sent, failed, lost } = await underLoad(machine, async () => {
    deploy = await shop.succeed('deploy');
  });
  expect({ failed, lost }).toEqual({ failed: [], lost: 0 });
  expect(await machine.ssh('cat elier/releases/serving')).toBe(release);
  noteFigure('release of code: s', deploy.took_s);
  noteFigure('release of code: requests sent', sent);
  const received_MB = ((await received()) - before) / 1e6;
  expect(received_MB).toBeLessThan(5); // the layer of a changed line takes less than 1 MB, the requests 0.5 MB
  noteFigure('release of code: MB received by the host', received_MB);
}, 300_000);

it('a release with a migration fails no request', async () => {
  shop.write('db/migrations/099_topics.sql', 'alter table qa.question add topic text;\n');
  shop.commit();
  let deploy = { status: null as number | null, said: '', took_s: 0 };
  const { failed, lost } = await underLoad(machine, async () => {
    deploy = await shop.succeed('deploy');
  });
  expect(deploy.said).toContain('Applied 099_topics.sql.');
  expect({ failed, lost }).toEqual({ failed: [], lost: 0 });
  noteFigure('release with a migration: s', deploy.took_s);
}, 300_000);

it('a release that never gets ready leaves the one before serving', async () => {
  const before = await machine.ssh('cat elier/releases/serving');
  // Only in production: the build of the image starts the program once, too.
  shop.prepend(
    'app/server.ts',
    "if (process.env.PGPASSWORD_FILE) { console.error('waiting for nothing'); await new Promise(() => setInterval(() => {}, 1000)); }\n",
  );
  const release = shop.commit();
  let deploy = { status: null as number | null, said: '', took_s: 0 };
  const { failed, lost } = await underLoad(machine, async () => {
    deploy = await shop.make('deploy');
  });
  expect(deploy.status).toBe(2);
  expect(deploy.said).toContain('app does not become ready: waiting for nothing');
  expect(deploy.said).toContain(`Release ${release} was not deployed. Release ${before} serves.`);
  expect({ failed, lost }).toEqual({ failed: [], lost: 0 });
  expect(await machine.ssh('cat elier/releases/serving')).toBe(before);
  const images = await machine.ssh("cd elier && docker compose ps --format '{{.Service}} {{.State}}' app");
  expect(images).toBe('app running\napp running\napp running');
  noteFigure('release that never gets ready: s', deploy.took_s);
}, 300_000);
