import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '../../../app/testing/http.ts';
import { stack } from '../../support/stack.ts';
import { underLoad } from '../support/load.ts';
import { hosts, type Machine, moveDockerIntoMemory, startMachine, untilServed } from '../support/machines.ts';
import { openShop, type Shop } from '../support/shop.ts';

// The tests run in order, on one machine.
let machine: Machine;
let shop: Shop;
let first: string;
beforeAll(async () => {
  machine = await startMachine('kept');
  shop = await openShop(machine);
  first = shop.commit();
  await shop.succeed('deploy');
  await moveDockerIntoMemory(machine);
  await untilServed(machine, '/products/1');
}, 600_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
});

const get = (path: string, headers = {}) => call(80, path, { host: machine.address, headers });
const sql = (statement: string) =>
  machine.ssh(`cd elier && docker compose exec -T postgres psql -U elier -Atc "${statement}" elier`);

it('make config changes one setting, checked first and without a failed request', async () => {
  expect(await shop.make('config', 'LOG_LEVEL=loud')).toMatchObject({
    status: 2,
    said: 'LOG_LEVEL must be one of error, warn, info, debug, not "loud".\n',
  });
  const { failed } = await underLoad(machine, async () => {
    await shop.succeed('config', 'LOG_LEVEL=warn');
  });
  expect(failed).toEqual([]);
  expect((await shop.make('config')).said).toContain("LOG_LEVEL='warn'");
  expect(await machine.ssh('stat -c %a elier/.env')).toBe('600');
}, 300_000);

it('make config HTTP_PORT moves the API, and a deploy finds its port', async () => {
  await shop.succeed('config', 'HTTP_PORT=8081');
  expect((await call(8081, '/products/1', { host: machine.address })).status).toBe(200);
  expect((await shop.succeed('deploy')).said).toContain(':8081\n');
  await shop.succeed('config', 'HTTP_PORT=0.0.0.0:80');
}, 300_000);

it("an owner's .env and compose.override.yaml survive releases, one of them skipped", async () => {
  await machine.ssh(
    "cd elier && printf 'services: {nginx: {labels: {kept: \"yes\"}}}\\n' >compose.override.yaml && echo 'CORS_ORIGIN=https://mine.example' >>.env",
  );
  shop.append('app/server.ts', '\n// skipped\n');
  shop.commit();
  shop.append('app/server.ts', '\n// deployed\n');
  const release = shop.commit();
  await shop.succeed('deploy', 'CONFIRM=yes');
  expect(await machine.ssh('cat elier/releases/serving')).toBe(release);
  const { headers } = await get('/products/1', { Origin: 'https://mine.example' });
  expect(headers['access-control-allow-origin']).toBe('https://mine.example');
  expect(await machine.ssh('docker inspect --format "{{.Config.Labels.kept}}" elier-nginx-1')).toBe('yes');
  expect(await machine.ssh('cat elier/.env')).toContain("LOG_LEVEL='warn'");
}, 300_000);

it('make rollback brings the release before back without a failed request', async () => {
  const { failed } = await underLoad(machine, async () => {
    await shop.succeed('rollback');
  });
  expect(failed).toEqual([]);
  expect((await shop.make('rollback', 'TO=0000')).said).toBe(
    'There is no 0000 release here to go back to: make releases lists them.\n',
  );
  expect((await shop.make('releases')).said).toMatch(new RegExp(`^${first} .* serves\\n`));
}, 300_000);

it('a deploy of older code than serves needs a confirmation', async () => {
  await machine.ssh('echo 0123456789ab >elier/releases/serving');
  const { status, said } = await shop.make('deploy');
  expect(said).toMatch(/serves release 0123456789ab, which this checkout does not contain/);
  expect(status).toBe(2);
  await machine.ssh(`echo ${first} >elier/releases/serving`);
});

it('a migration that breaks earlier releases comes with a backup, and a rollback past it is refused', async () => {
  shop.write(
    'db/migrations/099_breaking.sql',
    '-- Breaks earlier releases: for the test.\nalter table qa.question add topic text;\n',
  );
  const release = shop.commit();
  const unconfirmed = await shop.make('deploy');
  expect(unconfirmed.said).toContain('After migration 099_breaking.sql earlier releases cannot run');
  expect(unconfirmed.status).toBe(2);
  await shop.succeed('deploy', 'CONFIRM=yes');
  const backups = join(shop.folder, 'backups');
  const [file = ''] = existsSync(backups) ? readdirSync(backups) : [];
  expect(statSync(join(backups, file)).mode & 0o777).toBe(0o600);
  expect(statSync(join(backups, file)).size).toBeGreaterThan(10_000);
  const rollback = await shop.make('rollback');
  expect(rollback).toMatchObject({ status: 2 });
  expect(rollback.said).toContain(`cannot run here, and nothing was changed`);
  expect(rollback.said).toContain(`The backup to restore is backups/${file}`);
  expect(await machine.ssh('cat elier/releases/serving')).toBe(release);
}, 400_000);

it('commands with HOST= act on the host', async () => {
  const data = join(`${shop.folder} of`, 'data files');
  execFileSync('make', ['generate', `OUT=${data}`, 'SCALE=0.002'], stack);
  const imported = await shop.make('import', `DATA=${data}`, 'DISCARD_USER_ROWS=yes');
  expect(imported).toMatchObject({ status: 0 });
  expect(imported.said).toMatch(/^product\.csv +2,000 +2,000 +0 +0$/m);
  expect(await sql('select count(*) from catalogue.product')).toBe('2000');
  await shop.succeed('verify', `DATA=${data}`);
  expect((await shop.make('load-clean')).said).toContain('Removed 0 questions');
  expect((await shop.make('ps')).said).toMatch(/nginx.*healthy/);
  await shop.succeed('roll');
  expect((await shop.make('up')).said).toContain('The API answers on');
  expect(existsSync(join(shop.folder, 'node_modules'))).toBe(false); // No command needed Node.
  rmSync(`${shop.folder} of`, { recursive: true });
}, 600_000);

it('ten releases in a row take no more disk than three', async () => {
  const used_MiB = async () =>
    Number(await machine.ssh("df -Pm /var/lib/docker | awk 'NR == 2 { print $3 }'"));
  const sizes: number[] = [];
  for (let number = 0; number < 10; number++) {
    shop.append('app/server.ts', `\n// release ${number}\n`);
    shop.commit();
    await shop.succeed('deploy');
    sizes.push(await used_MiB());
  }
  expect((await machine.ssh('ls elier/releases/*/deployed')).split('\n')).toHaveLength(3);
  expect((await machine.ssh("docker image ls elier-app --format '{{.Tag}}'")).split('\n')).toHaveLength(4); // and `latest`
  expect((sizes[9] as number) - (sizes[2] as number)).toBeLessThan(20);
}, 1_500_000);
