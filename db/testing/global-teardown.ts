import { rm } from 'node:fs/promises';
import { startEmbedded } from '../embedded.ts';

export default async function globalTeardown(): Promise<void> {
  const { folder } = JSON.parse(process.env.TEST_POSTGRES ?? '');
  const server = await startEmbedded(folder);
  await server.stop();
  await rm(folder, { recursive: true });
}
