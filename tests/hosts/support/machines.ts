import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { call } from '../../../app/testing/http.ts';

const run = promisify(execFile);

/** A machine that is deployed to. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  /** Runs a shell command as its user, and returns the output. */
  ssh(command: string): Promise<string>;
}

/** The program that starts machines. Its commands are start, ssh, reboot, cut, plug, stop and key. */
export async function hosts(...args: string[]): Promise<string> {
  const program = process.env.HOSTS_PROGRAM;
  if (!program) throw new Error('HOSTS_PROGRAM must name the program that starts machines to deploy to.');
  const { stdout } = await run(program, args, { timeout: 300_000 });
  return stdout.trim();
}

/** Starts a fresh machine: Debian 13 with sshd, and nothing else. */
export async function startMachine(name: string): Promise<Machine> {
  const [, address = ''] = (await hosts('start', name)).split(' ');
  return { name, address, ssh: command => hosts('ssh', name, command) };
}

/** A folder with an ssh that knows the key of the machines, to be the first of PATH. */
export async function sshFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'elier-ssh-'));
  const options = [
    ...['-i', await hosts('key')],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
  ];
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh ${options.join(' ')} "$@"\n`);
  chmodSync(join(folder, 'ssh'), 0o755);
  return folder;
}

/**
 * Moves everything of Docker into memory, until the machine is rebooted. The machines share one disk with the builds here: a build
 * holds up their commits for up to 2 s, which a host with a disk of its own would not see.
 */
export async function moveDockerIntoMemory(machine: Machine): Promise<void> {
  await machine.ssh(`sudo sh -ec '
    systemctl stop docker.socket docker
    mount -t tmpfs -o size=8g tmpfs /mnt
    cp -a /var/lib/docker/. /mnt
    mount --move /mnt /var/lib/docker
    systemctl start docker'`);
}

/** Waits until the machine serves a page. */
export async function untilServed(machine: Machine, path: string): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const response = await call(80, path, { host: machine.address }).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(1000);
  }
  throw new Error(`${path} is not served after two minutes.`);
}
