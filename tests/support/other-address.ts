import { docker } from './stack.ts';

/** Runs a bash script in a container with an address and small receive buffers of its own. Returns the lines it prints. */
export async function fromOtherAddress(script: string): Promise<string[]> {
  const container = ['--rm', '--network', 'elier-test_web', '--sysctl', 'net.ipv4.tcp_rmem=4096 4096 4096'];
  const output = await docker('run', ...container, '--entrypoint', 'bash', 'nginx:1.30', '-c', script);
  return output.split('\n');
}

/** Votes one after the other from another address, and returns the statuses. */
export const voteFromOtherAddress = (path: string, times: number): Promise<string[]> =>
  fromOtherAddress(
    `for i in {1..${times}}; do curl -so /dev/null -w '%{http_code}\\n' -X PUT http://nginx:8080${path}; done`,
  );
