import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from './results.ts';

// Runs the uncached parts of the bench over data sets of three sizes, in a stack of its own. The stack is removed
// afterwards. It uses the ports of `make bench` and the memory of a second stack, so the other stack must be down.

const scales = (process.env.SCALES ?? '0.01,0.1,1').split(',');
const parts = ['uncached-product', 'uncached-pages'];
const resultsPath = 'bench/results-scales.json';

const make = (scale: string, ...values: string[]) =>
  execFileSync('make', values, {
    stdio: 'inherit',
    env: {
      ...process.env,
      COMPOSE_PROJECT_NAME: 'elier-scales',
      HTTP_PORT: '18089',
      TLS: 'off',
      DISCARD_USER_ROWS: 'yes',
      CACHE_ENTRIES: '1', // A larger cache would hold a small data set.
      ONLY: parts.join(','),
      RESULTS: `bench/results-${scale}.json`,
    },
  });

try {
  for (const scale of scales) {
    const folder = mkdtempSync(join(tmpdir(), 'elier-scales-'));
    try {
      make(scale, 'generate', `OUT=${folder}`, `SCALE=${scale}`);
      make(scale, 'up');
      make(scale, 'import', `DATA=${folder}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    make(scale, 'bench');
    const results = JSON.parse(readFileSync(`bench/results-${scale}.json`, 'utf8'));
    keep(resultsPath, Object.fromEntries(parts.map(part => [`${part} at ${scale}`, results[part]])));
  }
} finally {
  execFileSync('docker', ['compose', '--project-name', 'elier-scales', 'down', '--volumes'], {
    stdio: 'inherit',
  });
}
