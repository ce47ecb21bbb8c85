import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbedded } from '../embedded.ts';
import { migrate } from '../migrate.ts';

/** Starts one PostgreSQL for the test run, with a migrated template database. */
export default async function globalSetup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'elier-test-'));
  const server = await startEmbedded(folder, ['fsync=off', 'max_connections=200', 'shared_buffers=64MB']);
  const appPassword = 'app-password-of-the-tests';
  const client = new Client(server.owner);
  await client.connect();
  await client.query('create database elier_template');
  await client.end();
  await migrate({ ...server.owner, database: 'elier_template' }, appPassword);
  process.env.TEST_POSTGRES = JSON.stringify({ folder, owner: server.owner, appPassword });
}
