import { spawnSync } from 'node:child_process';

// Reports known vulnerabilities of the npm packages, and pending updates of the Debian packages in the images. Exits with
// status 1 if there are any, or if a check fails.

const run = (command: string, ...args: string[]) =>
  spawnSync(command, args, { encoding: 'utf8', timeout: 300_000, maxBuffer: 1e8 });

/** A sentence about the known vulnerabilities of a folder's npm packages; undefined without any. */
function vulnerabilitiesOf(folder: string): string | undefined {
  const { stdout } = run('npm', 'audit', '--prefix', folder, '--package-lock-only', '--omit=dev', '--json');
  const { metadata, statusCode, error } = JSON.parse(
    stdout || '{"error": {"summary": "npm printed nothing."}}',
  );
  if ([404, 405, 501].includes(statusCode))
    return `unknown: the configured npm registry offers no audit (${statusCode}).`;
  if (!metadata) return `unknown: ${error?.summary || statusCode}`;
  const { total, critical, high } = metadata.vulnerabilities;
  if (total === 0) return undefined;
  return `${total} known vulnerabilities, ${critical} critical, ${high} high: npm audit --prefix ${folder} lists them.`;
}

/** A sentence about the pending updates of an image's Debian packages; undefined without any. */
function updatesOf(image: string): string | undefined {
  const script = 'apt-get update -qq --error-on=any >/dev/null && apt-get --simulate upgrade';
  const { status, stdout, stderr } = run(
    'docker',
    ...['run', '--rm', '--user', 'root', '--entrypoint', 'sh', image, '-c', script],
  );
  if (status !== 0) return `unknown: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  const updates = [...stdout.matchAll(/^Inst (\S+) \[(\S+)\] \((\S+)/gm)];
  if (updates.length === 0) return undefined;
  const list = updates.map(([, name, from, to]) => `${name} ${from} → ${to}`).join(', ');
  return `${updates.length} pending updates: ${list}.`;
}

const { stdout: images } = run('docker', 'compose', 'config', '--images');
const findings = {
  'npm packages of the app': vulnerabilitiesOf('.'),
  'npm packages of artillery': vulnerabilitiesOf('artillery'),
  ...Object.fromEntries(
    [...new Set(images.trim().split('\n'))].map(image => [`Debian packages of ${image}`, updatesOf(image)]),
  ),
};
for (const [packages, finding] of Object.entries(findings))
  console.log(`${packages}: ${finding ?? 'no known problems.'}`);
process.exitCode = Object.values(findings).some(Boolean) ? 1 : 0;
