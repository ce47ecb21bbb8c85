import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hosts, type Machine, startMachine } from '../support/machines.ts';
import { openShop, type Shop } from '../support/shop.ts';

let machine: Machine;
let shop: Shop;
beforeAll(async () => {
  machine = await startMachine('odd');
  shop = await openShop(machine);
}, 400_000);
afterAll(async () => {
  shop.remove();
  await hosts('stop', machine.name);
});

/** A command of the host that prints something else. */
const fake = (name: string, script: string) =>
  [
    `printf '#!/bin/sh\n${script}\n' | sudo tee /usr/local/bin/${name} >/dev/null && sudo chmod +x /usr/local/bin/${name}`,
    `sudo rm /usr/local/bin/${name}`,
  ] as const;

/** A file of the host with other contents. */
const over = (file: string, content: string) =>
  [`echo '${content}' >/tmp/over && sudo mount --bind /tmp/over ${file}`, `sudo umount ${file}`] as const;

const tmpfs = (folder: string, size: string) =>
  [`sudo mount -t tmpfs -o size=${size} tmpfs ${folder}`, `sudo umount ${folder}`] as const;

it.each([
  [
    'too little memory',
    over('/proc/meminfo', 'MemTotal: 500000 kB'),
    'This host has 488 MiB of memory. The stack needs 900 MiB: use a machine with 1 GiB.',
  ],
  [
    'a disk that is nearly full',
    tmpfs('/var/lib/docker', '100m'),
    'The disk of this host has 100 MiB free in /var/lib/docker. A deploy needs 3072 MiB: free some, or use a larger disk.',
  ],
  [
    'a wrong clock',
    fake('date', 'echo 1000000000'),
    /^The clock of this host differs from this machine's by -?\d+ s\. On the one that is wrong run: sudo timedatectl set-ntp true$/,
  ],
  [
    'another distribution',
    over('/etc/os-release', 'ID=fedora\nVERSION_ID=42'),
    'This host runs fedora 42. Use Debian 13, or Ubuntu 22.04 or 24.04.',
  ],
  [
    'another processor',
    fake('uname', 'echo riscv64'),
    "This host's processor is riscv64. The images exist for x86_64 (amd64) and aarch64 (arm64).",
  ],
  [
    'an old Docker',
    fake('docker', 'echo Docker version 20.10.24, build 1'),
    'This host has Docker 20. The stack needs 24 or newer: remove it, and deploy again.',
  ],
  [
    'an old Compose',
    fake('docker', '[ "$1" = compose ] && echo 2.20.1 || echo Docker version 26.1.5, build 1'),
    'This host has Compose 2.20.1. The stack needs 2.26 or newer: remove it, and deploy again.',
  ],
  [
    'a port in use',
    [
      'sudo systemd-run --quiet --unit other systemd-socket-activate --listen 80 true',
      'sudo systemctl stop other',
    ],
    "Port 80 of this host is taken by another program. End it: sudo ss -ltnp 'sport = :80' shows which.",
  ],
])(
  'a host with %s is refused with one sentence and not touched',
  async (_, [arrange, restore], sentence) => {
    await machine.ssh(arrange);
    try {
      const { status, said } = await shop.make('deploy');
      const lines = said.trim().split('\n');
      expect(lines).toHaveLength(1);
      if (typeof sentence === 'string') expect(lines[0]).toBe(sentence);
      else expect(lines[0]).toMatch(sentence);
      expect(status).toBe(2);
    } finally {
      await machine.ssh(restore);
    }
    expect(await machine.ssh('ls -A /var/lib/docker; ls; command -v docker || echo none')).toBe('none');
  },
  60_000,
);

it('a folder with a checkout is refused with one sentence', async () => {
  await machine.ssh('mkdir elier && touch elier/Dockerfile');
  const { status, said } = await shop.make('deploy');
  await machine.ssh('rm -r elier');
  expect(said).toMatch(/^The folder elier of admin holds a checkout on this host\..*\n$/);
  expect(status).toBe(2);
});

it('a user without sudo is refused with one sentence', async () => {
  await machine.ssh('sudo useradd --create-home --shell /bin/bash plain && sudo cp -r .ssh /home/plain/');
  await machine.ssh('sudo chown -R plain: /home/plain/.ssh');
  expect(await shop.make('deploy', `HOST=plain@${machine.address}`)).toMatchObject({
    status: 2,
    said:
      'plain may not use sudo without a password on this host. ' +
      "As root run: echo 'plain ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/plain\n",
  });
}, 60_000);

it.each([
  [
    'a user whose key the host does not know',
    () => `stranger@${machine.address}`,
    /^stranger@\S+ refuses your key: name the user.*\n$/,
  ],
  [
    'a name that does not exist',
    () => 'admin@no-such-host.invalid',
    /^There is no host no-such-host\.invalid.*\n$/,
  ],
  [
    'a port where no ssh listens',
    () => `admin@${machine.address}`,
    /^admin@\S+ does not answer on ssh's port: .*\n$/,
  ],
  ['a host that is an option', () => '-oProxyCommand=x', /^HOST must be a host, or a user and a host, .*\n$/],
])('%s gets one sentence', async (kind, host, sentence) => {
  await machine.ssh('id stranger >/dev/null 2>&1 || sudo useradd --create-home stranger');
  const port = kind.includes('port') ? ['SSH_PORT=2222'] : [];
  const { status, said } = await shop.make('deploy', `HOST=${host()}`, ...port);
  expect(said).toMatch(sentence);
  expect(status).toBe(2);
});

it('host-setup prepares a host by itself, as user data does, and may run again', async () => {
  const daemon = await machine.ssh('cat /etc/docker/daemon.json');
  const script = readFileSync(join(shop.folder, 'deploy/host-setup'), 'base64');
  for (let time = 0; time < 2; time++)
    await machine.ssh(`echo ${script} | base64 --decode >/tmp/setup && sudo bash /tmp/setup`);
  expect(await machine.ssh('docker compose version --short')).toMatch(/^2\./);
  expect(await machine.ssh('cat /etc/docker/daemon.json')).toBe(daemon);
}, 300_000);
