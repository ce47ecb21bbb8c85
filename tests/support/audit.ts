import { spawnSync } from 'node:child_process';

// What is known against the packages that the stack is made of: npm's list of flaws, and Debian's of updates for what is in
// the images. Ends with status 1 when there is any, or when it could not be asked.

const run = (command: string, ...words: string[]) =>
  spawnSync(command, words, { encoding: 'utf8', timeout: 300_000, maxBuffer: 1e8 });

/** What is wrong with the npm packages of a folder, in a sentence; undefined when nothing is known. */
function flawsOf(folder: string): string | undefined {
  const { stdout } = run('npm', 'audit', '--prefix', folder, '--package-lock-only', '--omit=dev', '--json');
  const { metadata, statusCode, error } = JSON.parse(stdout || '{"error": {"summary": "npm said nothing."}}');
  if ([404, 405, 501].includes(statusCode))
    return `not known: the npm registry that is set up here offers no audit (${statusCode}).`;
  if (!metadata) return `not known: ${error?.summary || statusCode}`;
  const { total, critical, high } = metadata.vulnerabilities;
  if (total === 0) return undefined;
  return `${total} known flaws, ${critical} critical, ${high} high: npm audit --prefix ${folder} names them.`;
}

/** What is wrong with the Debian packages of an image. */
function updatesOf(image: string): string | undefined {
  const script = 'apt-get update -qq --error-on=any >/dev/null && apt-get --simulate upgrade';
  const { status, stdout, stderr } = run(
    'docker',
    ...['run', '--rm', '--user', 'root', '--entrypoint', 'sh', image, '-c', script],
  );
  if (status !== 0) return `not known: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  const updates = [...stdout.matchAll(/^Inst (\S+) \[(\S+)\] \((\S+)/gm)];
  if (updates.length === 0) return undefined;
  const list = updates.map(([, name, from, to]) => `${name} ${from} → ${to}`).join(', ');
  return `${updates.length} packages have an update: ${list}.`;
}

const { stdout: images } = run('docker', 'compose', 'config', '--images');
const findings = {
  'npm packages of the app': flawsOf('.'),
  'npm packages of artillery': flawsOf('artillery'),
  ...Object.fromEntries(
    [...new Set(images.trim().split('\n'))].map(image => [`Debian packages of ${image}`, updatesOf(image)]),
  ),
};
for (const [what, finding] of Object.entries(findings))
  console.log(`${what}: ${finding ?? 'nothing known against them.'}`);
process.exitCode = Object.values(findings).some(Boolean) ? 1 : 0;
