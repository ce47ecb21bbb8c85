import { call } from '../../../app/testing/http.ts';
import { hosts, type Machine, startMachine } from '../support/machines.ts';
import { openShop, type Shop } from '../support/shop.ts';

let machine: Machine;
let shop: Shop;
beforeAll(async () => {
  machine = await startMachine('remote');
  shop = await openShop(machine);
  // No Docker Hub.
  await machine.ssh('echo "{}" | sudo tee /etc/docker/daemon.json');
}, 400_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
});

it('base images come from the laptop when the host cannot pull them, whole ones when it forwards no port', async () => {
  await machine.ssh(
    'echo "AllowTcpForwarding no" | sudo tee /etc/ssh/sshd_config.d/no.conf && sudo systemctl restart ssh',
  );
  const { said } = await shop.succeed('deploy');
  expect(said).toContain('whole images, because the host could not reach a registry here');
  expect((await call(80, '/products/1', { host: machine.address })).json.id).toBe(1);
}, 600_000);

it('a host that may forward ports gets layers, and base images too', async () => {
  await machine.ssh('sudo rm /etc/ssh/sshd_config.d/no.conf && sudo systemctl restart ssh');
  await machine.ssh('cd elier && docker compose down && docker image rm nginx:1.30');
  shop.append('app/server.ts', '\n// one more\n');
  shop.commit();
  const { said } = await shop.succeed('deploy');
  expect(said).toContain('the layers that the host lacked');
  expect((await call(80, '/products/1', { host: machine.address })).json.id).toBe(1);
}, 600_000);
