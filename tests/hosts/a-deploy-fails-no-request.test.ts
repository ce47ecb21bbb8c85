import { readFileSync } from 'node:fs';
import { get as getOverTls } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { call } from '../../app/testing/http.ts';
import { CertificateAuthority } from '../support/certificates.ts';
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
    /^check .* Debian 13, .*\nprepare .*\nbuild .*\nsend .*\ntry .*\n[\s\S]*roll +\d+ s {2}release \w+ serves on http:\/\/[\d.]+:80\nThe security group or firewall in front of admin@[\d.]+ must let in: TCP 80\.\n$/,
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

it('make config TLS=files makes the host serve HTTPS on port 443', async () => {
  const folder = new CertificateAuthority().issue('shop', ['shop.example']);
  for (const name of ['fullchain.pem', 'privkey.pem']) {
    const text = readFileSync(join(folder, name), 'utf8');
    await machine.ssh(`sudo mkdir -p /srv/shop && sudo tee /srv/shop/${name} >/dev/null <<'END'\n${text}END`);
  }
  await shop.succeed('config', 'TLS=files', 'CERTIFICATE_FOLDER=/srv/shop', 'SERVER_NAMES=shop.example');
  const headers = { Host: 'shop.example' };
  const read = {
    host: machine.address,
    path: '/products/1',
    headers,
    servername: 'shop.example',
    rejectUnauthorized: false,
  };
  const response = await new Promise<Readable>((resolve, reject) =>
    getOverTls(read, resolve).once('error', reject),
  );
  expect(await json(response)).toMatchObject({ id: 1 });
  const redirect = await call(80, '/products/1', { host: machine.address, headers });
  expect([redirect.status, redirect.headers.location]).toEqual([308, 'https://shop.example/products/1']);
}, 120_000);
