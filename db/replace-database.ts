import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseSettings } from './environment.ts';

/** An advisory lock in template1 that allows one replacement at a time. Any number that nothing else there uses. */
const replacementLock = 7_205_942;
/** Attempts at the renames. Disconnected clients reconnect at once, and so may block a rename. */
const maxAttempts = 5;

/**
 * Replaces a database: creates a new one, calls `fill`, and exchanges the names in one transaction. This disconnects
 * all clients, and they reach the new database when they reconnect. Then drops the old database. An earlier failure
 * changes nothing.
 */
export async function replaceDatabase(
  owner: DatabaseSettings,
  fill: (next: DatabaseSettings) => Promise<void>,
): Promise<void> {
  const next = `${owner.database}_next`;
  const old = `${owner.database}_old`;
  const server = new Client({ ...owner, database: 'template1' }); // exists on every server, and is none of the three
  await server.connect();
  try {
    await server.query('select pg_advisory_lock($1)', [replacementLock]);
    for (const leftOver of [next, old]) await drop(server, leftOver);
    await server.query(`create database ${escapeIdentifier(next)} template template0`);
    await fill({ ...owner, database: next });
    await exchange(server, owner.database, next, old);
    await drop(server, old);
  } finally {
    await server.end();
  }
}

async function exchange(server: Client, current: string, next: string, old: string): Promise<void> {
  const rename = (from: string, to: string) =>
    server.query(`alter database ${escapeIdentifier(from)} rename to ${escapeIdentifier(to)}`);
  for (let attempt = 1; ; attempt++) {
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)', [
      [current, next],
    ]);
    try {
      await server.query('begin');
      await rename(current, old);
      await rename(next, current);
      await server.query('commit');
      return;
    } catch (error) {
      await server.query('rollback');
      if ((error as { code?: string }).code !== inUse || attempt === maxAttempts) throw error;
      await sleep(100);
    }
  }
}

const drop = (server: Client, database: string) =>
  server.query(`drop database if exists ${escapeIdentifier(database)} with (force)`);

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const inUse = '55006';
