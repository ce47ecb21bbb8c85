import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { exec, ps } from 'docker-compose';
import { docker, stack } from './support/stack.ts';

const services = ['nginx', 'app', 'postgres'];
const runIn = async (service: string, script: string) =>
  (await exec(service, ['sh', '-c', script], { ...stack, commandOptions: ['-T'] })).out.trim();

/** "reached" if a connection can be opened from a service; empty otherwise. */
const dial = (service: string, host: string, port: number) =>
  runIn(service, `timeout 2 bash -c "exec 3<>/dev/tcp/${host}/${port}" 2>/dev/null && echo reached; true`);

/** All containers of the stack, including those that have ended. */
async function containers(): Promise<any[]> {
  const { data } = await ps({ ...stack, commandOptions: ['--all', ['--format', 'json']] });
  return JSON.parse(await docker('inspect', ...data.services.map(({ name }) => name)));
}

it('containers are read-only, unprivileged and limited', async () => {
  for (const { Name, Config, HostConfig } of await containers()) {
    const limits = HostConfig;
    expect([Name, limits.ReadonlyRootfs, limits.CapDrop, limits.CapAdd]).toEqual([Name, true, ['ALL'], null]);
    expect([Name, limits.Privileged, limits.PidMode, limits.SecurityOpt]).toEqual([
      Name,
      false,
      '',
      ['no-new-privileges:true'],
    ]);
    expect(limits.Memory).toBeGreaterThan(0);
    expect(limits.PidsLimit).toBeGreaterThan(0);
    expect(limits.LogConfig.Config).toEqual({ 'max-file': '3', 'max-size': '10m' });
    if (Name === '/elier-test-secrets-1') expect(limits.NetworkMode).toBe('none');
    else expect(Config.User).toMatch(/^(node|nginx|postgres)$/);
  }
});

describe.each(services)('%s', service => {
  it('runs without root or capabilities, and cannot gain any', async () => {
    const status = await runIn(service, 'cat /proc/1/status');
    expect(status).toMatch(/^Uid:\t[1-9]/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
  });

  it('can write only where it must', async () => {
    const script = `for d in / /etc /usr/local/bin /app /app/.cache /home/node /var/log; do touch $d/x 2>/dev/null && echo $d; done; true`;
    expect(await runIn(service, script)).toBe('');
  });
});

it.each(['app', 'postgres'])(
  '%s is reached from the internal network only, and reaches nothing outside',
  async service => {
    const [container] = (await containers()).filter(({ Name }) => Name.startsWith(`/elier-test-${service}-`));
    expect(Object.values(container.NetworkSettings.Ports).filter(Boolean)).toEqual([]);
    for (const name of Object.keys(container.NetworkSettings.Networks)) {
      expect(await docker('network', 'inspect', '--format', '{{.Internal}}', name)).toBe('true');
    }
    expect(await dial(service, '1.1.1.1', 53)).toBe('');
    expect(await dial(service, 'postgres', 5432)).toBe('reached'); // proves that dial works
  },
);

it('nginx reaches the app, but not the database, neither by name nor by address', async () => {
  const addresses = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = await docker('inspect', '--format', addresses, 'elier-test-postgres-1');
  expect(address).toMatch(/^[0-9.]+$/);
  expect(await dial('nginx', 'app', 3000)).toBe('reached');
  expect(await dial('nginx', 'postgres', 5432)).toBe('');
  expect(await dial('nginx', address, 5432)).toBe('');
  expect(await dial('app', address, 5432)).toBe('reached');
});

it('the image of the app holds only what the app needs', async () => {
  const { dependencies, devDependencies } = require('../package.json');
  const modules = (await runIn('app', 'cd /app/node_modules && ls -d * @*/*')).split('\n');
  for (const name of Object.keys(dependencies)) expect(modules).toContain(name);
  for (const name of Object.keys(devDependencies)) expect(modules).not.toContain(name);
  const tools = 'cc gcc g++ make python3 git curl wget npm npx yarn corepack';
  expect(await runIn('app', `for tool in ${tools}; do command -v $tool; done; true`)).toBe('');
  const files = `find /app -path /app/node_modules -prune -o '(' -name '*.sh' -o -name '*.test.ts' -o -name '.env*' -o -name '.git*' ')' -print`;
  expect(await runIn('app', files)).toBe('');
});

it.each(['node app/server.ts', 'node db/prepare.ts', 'db/import/main.ts --help'])(
  '%s starts without type stripping, which would cost 20 MiB',
  async program => {
    const count = `process.on('exit',()=>console.log(process.moduleLoadList.filter(name=>/amaro/.test(name))))`;
    const options = `NODE_OPTIONS=--import=data:text/javascript,${count}`;
    expect(
      await docker('run', '--rm', '-e', options, 'elier-test-app', 'sh', '-c', `${program}; true`),
    ).toMatch(/\[\]$/);
  },
);

it('no password is in an image, a layer, an environment or a log', async () => {
  const passwords = [
    await runIn('postgres', 'cat /run/owner/password'),
    await runIn('app', 'cat /run/app/password'),
  ];
  for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{48}$/);
  const hasPassword = (text: string) => passwords.some(password => text.includes(password));

  const all = await containers();
  expect(hasPassword(JSON.stringify(all))).toBe(false);
  for (const { Name } of all) {
    const { stdout, stderr } = await promisify(execFile)('docker', ['logs', Name.slice(1)], {
      maxBuffer: 1e8,
    });
    expect([Name, hasPassword(stdout + stderr)]).toEqual([Name, false]);
  }
  for (const service of services)
    expect([
      service,
      hasPassword(await runIn(service, "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'")),
    ]).toEqual([service, false]);
  expect(hasPassword(await docker('history', '--no-trunc', 'elier-test-app'))).toBe(false);
  expect(await isInImage(passwords)).toBe(false);
  expect(await isInImage([require('../package.json').description])).toBe(true); // proves that the search works
}, 120_000);

/** Whether one of the texts is in a layer or the metadata of the app's image. */
async function isInImage(texts: readonly string[]): Promise<boolean> {
  const patterns = texts.map(text => `-e '${text}'`).join(' ');
  const search = `docker save elier-test-app | grep --text --quiet --fixed-strings ${patterns}; echo $?`;
  const { stdout } = await promisify(execFile)('sh', ['-c', search]);
  if (!/^[01]\n$/.test(stdout)) throw new Error(`The image cannot be searched: grep exited with ${stdout}`);
  return stdout === '0\n';
}

it('the app sees the password of its own role only', async () => {
  expect(await runIn('app', 'ls /run/owner 2>/dev/null; true')).toBe('');
});
